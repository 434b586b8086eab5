//! Contracts as code: one TOML file per agreement, read with every problem at once.
//!
//! `reader` walks a file and remembers what it refused; `schema` says which keys there are; `checks` says what makes no
//! sense together. What an agreement leaves open is written `"unknown"`: such a file is a *draft*, and nothing runs
//! under it (CLK-02, AMB-01).

mod calendars;
mod checks;
mod lines;
mod obligations;
pub mod plan;
mod reader;
mod schema;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::domain::contract::Contract;

/// Something that keeps a file from being a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A dotted path, such as `clocks.0.goals.1.under`.
    pub key: String,
    pub reason: String,
    /// Whether the value is written `"unknown"`: the agreement itself leaves it open.
    pub open: bool,
    /// Counted from 1; of a missing key, the line of the table that should have it.
    pub line: Option<usize>,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.key, self.reason)?;
        self.line.map_or(Ok(()), |line| write!(out, " (line {line})"))
    }
}

/// A file that is not a contract, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub file: PathBuf,
    pub problems: Vec<Problem>,
}

impl Refused {
    /// Whether nothing is wrong with the file but what the agreement leaves open.
    pub fn is_draft(&self) -> bool {
        self.problems.iter().all(|problem| problem.open)
    }
}

impl fmt::Display for Refused {
    /// One line each: `file: key: reason`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let end = if at + 1 == self.problems.len() { "" } else { "\n" };
            write!(out, "{}: {problem}{end}", self.file.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// A contract as it stands in a file.
#[derive(Debug, Clone)]
pub struct Source {
    pub file: PathBuf,
    /// Its text, kept with every version applied from it.
    pub text: String,
    pub contract: Contract,
}

/// `file` only appears in what is refused.
pub fn parse(file: &Path, text: &str) -> Result<Contract, Refused> {
    schema::read(text).map_err(|mut problems| {
        // Several clocks may fail on one key, which is then told once.
        let mut seen = std::collections::HashSet::new();
        problems.retain(|problem| seen.insert((problem.key.clone(), problem.reason.clone())));
        for problem in &mut problems {
            problem.line = lines::of(text, &problem.key);
        }
        Refused { file: file.to_owned(), problems }
    })
}

pub fn load(file: &Path) -> Result<Source, Refused> {
    let unreadable = |error: std::io::Error| Refused {
        file: file.to_owned(),
        problems: vec![Problem { key: "file".to_owned(), reason: format!("cannot be read: {error}"), open: false, line: None }],
    };
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let contract = parse(file, &text)?;
    Ok(Source { file: file.to_owned(), text, contract })
}

/// Reads every `*.toml` of a folder, by name; files that are refused come back beside those that are not.
pub fn load_folder(folder: &Path) -> std::io::Result<(Vec<Source>, Vec<Refused>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let (mut read, mut refused) = (Vec::new(), Vec::new());
    for file in files {
        match load(&file) {
            Ok(source) => read.push(source),
            Err(problems) => refused.push(problems),
        }
    }
    Ok((read, refused))
}
