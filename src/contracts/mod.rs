//! Contracts as code: one TOML file per agreement, read with every problem at once.
//!
//! `reader` walks a file and remembers what it refused; `schema` says which keys there are; `checks` says what makes no
//! sense together. What an agreement leaves open is written `"unknown"`: such a file is a *draft*, and nothing runs
//! under it (CLK-02, AMB-01).

mod calendars;
mod catalogue;
mod checks;
mod lines;
mod naming;
mod obligations;
mod people;
mod people_checks;
pub mod plan;
mod reader;
mod schema;
mod tickets;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::domain::contract::Contract;

/// Something that keeps a file from being a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A dotted path, such as `clocks.0.goals.1.under`.
    pub key: String,
    pub reason: String,
    /// Whether the value is written `"unknown"`: the agreement itself leaves it open.
    pub open: bool,
    /// Counted from 1; of a missing key, the line of the table that should have it.
    pub line: Option<usize>,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.key, self.reason)?;
        self.line.map_or(Ok(()), |line| write!(out, " (line {line})"))
    }
}

/// A file that is not a contract, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub file: PathBuf,
    pub findings: Vec<Finding>,
}

impl Refused {
    /// Whether nothing is wrong with the file but what the agreement leaves open.
    pub fn is_draft(&self) -> bool {
        self.findings.iter().all(|finding| finding.open)
    }
}

impl fmt::Display for Refused {
    /// One line each: `file: key: reason`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, finding) in self.findings.iter().enumerate() {
            let end = if at + 1 == self.findings.len() { "" } else { "\n" };
            write!(out, "{}: {finding}{end}", self.file.display())?;
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
    schema::read(text).map_err(|mut findings| {
        // Several clocks may fail on one key, which is then told once.
        let mut seen = std::collections::HashSet::new();
        findings.retain(|finding| seen.insert((finding.key.clone(), finding.reason.clone())));
        for finding in &mut findings {
            finding.line = lines::of(text, &finding.key);
        }
        Refused { file: file.to_owned(), findings }
    })
}

pub fn load(file: &Path) -> Result<Source, Refused> {
    let unreadable = |error: std::io::Error| Refused {
        file: file.to_owned(),
        findings: vec![Finding { key: "file".to_owned(), reason: format!("cannot be read: {error}"), open: false, line: None }],
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
    // The order of a directory differs from one machine to the next.
    files.sort();
    let (mut read, mut refused) = (Vec::new(), Vec::new());
    for file in files {
        match load(&file) {
            Ok(source) => read.push(source),
            Err(findings) => refused.push(findings),
        }
    }
    Ok((read, refused))
}
