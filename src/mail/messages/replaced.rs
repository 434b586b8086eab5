//! Templates that a desk puts in place of the built-in ones: a folder with `nl` and `en`, in each a file a message, such as `confirmation.txt`,
//! and in `parts` the pieces that messages share, such as `letter.txt`.
//!
//! The first line of a message's file is the subject, then comes an empty line, then the text. A comment may stand above. A message without a
//! file keeps its built-in text. Everything is rendered with every sample before the desk starts, so that what is wrong is told then, all at
//! once, and not when a mail is due.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::Environment;
use serde_json::Value;

use super::templates::{self, TemplateError, Templates, bounded, subject_of};
use super::{Letters, REGISTRY, parts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

/// In the folder of a language, that of the pieces that messages share.
pub(super) const PARTS: &str = "parts";
/// What a file's name ends with.
pub(super) const ENDS: &str = ".txt";
/// Bytes of a file that is read.
const LONGEST_FILE: u64 = 64 * 1024;
/// What a template may name that is no field of its message.
const NO_FIELDS: [&str; 4] = ["caller", "loop", "self", "super"];

impl Templates {
    /// With those in a folder; the error is everything that is wrong with them, a line each.
    pub fn open(folder: Option<&Path>) -> Result<Self, Vec<String>> {
        let Some(folder) = folder else { return Ok(Self::default()) };
        let mut reading = Reading::default();
        for (name, path) in reading.listed(folder) {
            match Language::ALL.into_iter().find(|language| language.tag() == name) {
                Some(language) => reading.of_language(language, &path),
                None => reading.refuse(&path, None, "is not known here: there is nl and en"),
            }
        }
        let mut own = Self::default();
        for language in Language::ALL {
            if let Some(templates) = reading.checked(language) {
                own.own.insert(language, templates);
            }
        }
        if reading.problems.is_empty() { Ok(own) } else { Err(reading.problems) }
    }
}

/// A file that takes the place of a template.
struct File {
    language: Language,
    path: PathBuf,
    text: String,
    is_of: Of,
}

enum Of {
    /// A message: its subject and its text, each with the line before which it begins.
    Message(MailKind, Piece, Piece),
    Part(&'static str),
}

struct Piece {
    text: String,
    lines_before: usize,
}

#[derive(Default)]
struct Reading {
    files: Vec<File>,
    problems: Vec<String>,
}

impl Reading {
    fn refuse(&mut self, path: &Path, line: Option<usize>, matter: &str) {
        let place = match line {
            Some(line) => format!("mail.templates: {}, line {line}: ", path.display()),
            None => format!("mail.templates: {}: ", path.display()),
        };
        // Each sample that comes by a line fails on it: it is told once.
        if !self.problems.iter().any(|told| told.starts_with(&place)) {
            self.problems.push(format!("{place}{matter}"));
        }
    }

    /// What is in a folder, in the order of the names. What begins with a dot is not of the desk.
    fn listed(&mut self, folder: &Path) -> Vec<(String, PathBuf)> {
        let read = fs::read_dir(folder).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
        let paths: Vec<PathBuf> = match read {
            Ok(paths) => paths,
            Err(error) => {
                self.refuse(folder, None, &format!("cannot be read: {error}"));
                return Vec::new();
            }
        };
        let named = |path: PathBuf| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path);
        let mut found: Vec<_> = paths.into_iter().map(named).filter(|(name, _)| !name.starts_with('.')).collect();
        found.sort();
        found
    }

    fn of_language(&mut self, language: Language, folder: &Path) {
        for (name, path) in self.listed(folder) {
            if name == PARTS {
                self.parts(language, &path);
                continue;
            }
            let Some(kind) = name.strip_suffix(ENDS).and_then(MailKind::named) else {
                self.refuse(&path, None, "is no message of the desk; `uurwerk mail templates DIR` writes a file for each that is");
                continue;
            };
            let Some(text) = self.text(&path) else { continue };
            match parted(&text) {
                Ok((subject, body)) => self.files.push(File { language, path, text, is_of: Of::Message(kind, subject, body) }),
                Err((line, matter)) => self.refuse(&path, Some(line), matter),
            }
        }
    }

    fn parts(&mut self, language: Language, folder: &Path) {
        for (name, path) in self.listed(folder) {
            let Some(shared) = parts::SHARED.iter().find(|shared| name.strip_suffix(ENDS) == Some(shared.name)) else {
                let names = parts::SHARED.map(|shared| shared.name).join(", ");
                self.refuse(&path, None, &format!("is nothing that messages share; they share {names}"));
                continue;
            };
            let Some(text) = self.text(&path) else { continue };
            self.files.push(File { language, path, text, is_of: Of::Part(shared.name) });
        }
    }

    fn text(&mut self, path: &Path) -> Option<String> {
        let read = || {
            if fs::metadata(path)?.len() > LONGEST_FILE {
                return Err(std::io::Error::other(format!("it is longer than {LONGEST_FILE} bytes")));
            }
            fs::read(path)
        };
        match read().map(String::from_utf8) {
            Ok(Ok(text)) => Some(text.trim_start_matches('\u{feff}').replace("\r\n", "\n")),
            Ok(Err(_)) => {
                self.refuse(path, None, "is not in UTF-8");
                None
            }
            Err(error) => {
                self.refuse(path, None, &format!("cannot be read: {error}"));
                None
            }
        }
    }

    /// The templates of a language with the desk's own among them; none where it has none, or something is wrong.
    fn checked(&mut self, language: Language) -> Option<Environment<'static>> {
        if !self.files.iter().any(|file| file.language == language) {
            return None;
        }
        let mut own = match templates::all_built_in(language) {
            Ok(built_in) => bounded(built_in),
            Err(wrong) => {
                self.problems.push(wrong.to_string());
                return None;
            }
        };
        let mut wrong: Vec<(usize, TemplateError)> = Vec::new();
        for (at, file) in self.files.iter().enumerate().filter(|(_, file)| file.language == language) {
            let mut add = |name: String, text: &str| own.add_template_owned(name, text.to_owned()).err();
            let refused = match &file.is_of {
                Of::Message(kind, subject, body) => vec![add(subject_of(*kind), &subject.text), add(kind.to_string(), &body.text)],
                Of::Part(name) => vec![add((*name).to_owned(), &file.text)],
            };
            wrong.extend(refused.into_iter().flatten().map(|error| (at, error.into())));
        }
        for (at, error) in wrong {
            self.refuse_in(at, &error);
        }
        let samples: Vec<_> = REGISTRY.iter().filter_map(|entry| Some((entry.kind, (entry.samples)(language).ok()?))).collect();
        self.name_unknown_fields(language, &own, &samples);
        for (kind, samples) in &samples {
            for (_, sample) in samples {
                if let Err(error) = templates::rendered_within_bounds(&own, sample) {
                    match self
                        .file_of(language, error.template.as_deref().unwrap_or_default())
                        .or_else(|| self.file_of(language, kind.as_str()))
                    {
                        Some(at) => self.refuse_in(at, &error),
                        None => self.problems.push(format!("mail.templates: {}/{kind}: {}", language.tag(), error.text)),
                    }
                }
            }
        }
        Some(own)
    }

    /// The file that stands for a template.
    fn file_of(&self, language: Language, template: &str) -> Option<usize> {
        let is_it = |file: &File| match &file.is_of {
            Of::Message(kind, ..) => template.strip_suffix(".subject").unwrap_or(template) == kind.as_str(),
            Of::Part(name) => *name == template,
        };
        self.files.iter().position(|file| file.language == language && is_it(file))
    }

    /// Tells what is wrong in a file, at its line there.
    fn refuse_in(&mut self, at: usize, error: &TemplateError) {
        let Some(file) = self.files.get(at) else { return };
        let before = match &file.is_of {
            Of::Message(_, subject, _) if error.template.as_ref().is_some_and(|name| name.ends_with(".subject")) => subject.lines_before,
            Of::Message(_, _, body) => body.lines_before,
            Of::Part(_) => 0,
        };
        let is_there = error.template.as_deref().is_none_or(|name| self.file_of(file.language, name) == Some(at));
        let line = error.line.filter(|_| is_there).map(|line| line + before);
        let path = file.path.clone();
        self.refuse(&path, line, &error.text);
    }

    /// Names that no sample has, also where no sample comes by them.
    fn name_unknown_fields(&mut self, language: Language, own: &Environment<'_>, samples: &[(MailKind, Letters)]) {
        let globals: BTreeSet<_> = own.globals().map(|(name, _)| name.to_owned()).collect();
        let mut unknown = Vec::new();
        for (at, file) in self.files.iter().enumerate().filter(|(_, file)| file.language == language) {
            let (templates, of) = match &file.is_of {
                Of::Message(kind, ..) => (vec![subject_of(*kind), kind.to_string()], Some(*kind)),
                Of::Part(name) => (vec![(*name).to_owned()], None),
            };
            let known = || samples.iter().filter(|(kind, _)| of.is_none_or(|of| of == *kind)).flat_map(|(_, samples)| samples);
            for name in templates.iter().filter_map(|name| own.get_template(name).ok()).flat_map(|one| one.undeclared_variables(true)) {
                let first = name.split('.').next().unwrap_or_default();
                let is_field = !globals.contains(first) && !NO_FIELDS.contains(&first);
                let found: BTreeSet<_> = known().filter_map(|(_, sample)| has(&sample.values, &name)).collect();
                if is_field && found.contains(&false) && !found.contains(&true) {
                    unknown.push((at, name));
                }
            }
        }
        for (at, name) in unknown {
            let Some(file) = self.files.get(at) else { continue };
            let line = file.text.lines().position(|line| line.contains(&name)).map(|before| before + 1);
            let path = file.path.clone();
            self.refuse(&path, line, &format!("there is no {name} in this message"));
        }
    }
}

/// Whether values have a field, by its path; `None` where that cannot be told, since what it would be of is absent in them.
fn has(values: &Value, path: &str) -> Option<bool> {
    let mut value = values;
    for name in path.split('.') {
        match value.get(name) {
            Some(inner) => value = inner,
            None => return (!value.is_null()).then_some(false),
        }
    }
    Some(true)
}

/// The subject and the text of a message's file; the error is the line at which it is not as it should be.
fn parted(text: &str) -> Result<(Piece, Piece), (usize, &'static str)> {
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    let mut at = 0;
    if text.trim_start().starts_with("{#") {
        let end = text.find("#}").ok_or((1, "the comment does not end: #} is missing"))? + "#}".len();
        let rest = &text[end..];
        let blank = rest.len() - rest.trim_start().len();
        at = end + blank;
        if !rest[..blank].contains('\n') {
            return Err((line_of(end), "the subject must begin on a line below the comment"));
        }
    }
    let (subject, rest) = text[at..].split_once('\n').unwrap_or((&text[at..], ""));
    if subject.trim().is_empty() {
        return Err((line_of(at), "the subject is missing: it is the first line, with an empty line below it"));
    }
    let (blank, body) = rest.split_once('\n').unwrap_or((rest, ""));
    if !blank.trim().is_empty() {
        return Err((line_of(at) + 1, "an empty line must stand below the subject, which is one line"));
    }
    if body.trim().is_empty() {
        return Err((line_of(at) + 2, "the text is missing"));
    }
    let before = line_of(at) - 1;
    let piece = |text: &str, lines_before| Piece { text: text.to_owned(), lines_before };
    Ok((piece(subject, before), piece(body, before + 2)))
}
