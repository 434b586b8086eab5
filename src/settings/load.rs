//! How settings are read: the defaults, then your own file, then the environment; with everything that is wrong reported at once, one
//! line each, naming where it was set.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::Serialized;
use figment::value::{Dict, Value};

use super::{BadSettings, Settings, paths};

/// What comes with the program.
const DEFAULTS: &str = include_str!("../../config/default.toml");
const PREFIX: &str = "UURWERK_";
/// Keys of several words that have no default, of tables that are in the settings only where somebody put them.
const WITHOUT_DEFAULT: [&str; 6] = ["token_url", "client_id", "client_secret", "done_folder", "poll_seconds", "timeout_seconds"];
/// How the keys of numbers end that have no default there.
const NUMBERS: [&str; 3] = [".imap.port", ".imap.poll_seconds", ".imap.timeout_seconds"];

/// Settings being put together, and who set what.
pub struct Reading {
    figment: Figment,
    /// Keys with the variable that set each, in the order set.
    variables: Vec<(String, String)>,
    file: Option<(PathBuf, toml::Table)>,
    /// Variables that cannot be read.
    refused: Vec<String>,
}

impl Reading {
    /// The defaults, with a file of one's own on top.
    pub fn of(file: Option<&Path>) -> Result<Self, BadSettings> {
        let mut reading = Self { figment: defaults(), variables: Vec::new(), file: None, refused: Vec::new() };
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).map_err(|error| BadSettings::Unreadable(file.to_owned(), error))?;
            let table = text.parse::<toml::Table>().map_err(|error| {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                BadSettings::Wrong(vec![format!("{}, line {line}: {}", file.display(), error.message().replace('\n', " "))])
            })?;
            reading.figment = reading.figment.merge(Serialized::globals(&table));
            reading.file = Some((file.to_owned(), table));
        }
        Ok(reading)
    }

    /// Applies an environment variable; ignores those of other programs. `NAME_FILE` names a file that holds the value. What is wrong with
    /// one is told without the value: a secret may stand where its file should be named.
    pub fn variable(mut self, name: &str, value: String) -> Self {
        let Some(word) = name.strip_prefix(PREFIX).filter(|word| *word != "CONFIG") else { return self };
        // A setting that is itself the name of a file has no value to be read from another.
        let is_setting = self.figment.contains(&key_of(word, &self.figment));
        let (word, value) = match word.strip_suffix("_FILE").filter(|_| !is_setting) {
            Some(_) if value.is_empty() => return self,
            Some(word) => {
                if let Some(refusal) = paths::without_file(&key_of(word, &self.figment), name) {
                    self.refused.push(refusal);
                    return self;
                }
                match std::fs::read_to_string(&value) {
                    Ok(text) => (word, text.trim_end().to_owned()),
                    Err(error) => {
                        self.refused.push(format!("{name}: the file that it names cannot be read: {error}"));
                        return self;
                    }
                }
            }
            None => (word, value),
        };
        let key = key_of(word, &self.figment);
        // A variable is text: it is read as a number or a switch where the setting is one.
        self.figment = match (self.figment.find_value(&key), value.parse::<u64>(), value.parse::<bool>()) {
            (found, Ok(number), _) if matches!(found, Ok(Value::Num(..))) || NUMBERS.iter().any(|end| key.ends_with(end)) => {
                self.figment.merge(Serialized::global(&key, number))
            }
            (Ok(Value::Bool(..)), _, Ok(switch)) => self.figment.merge(Serialized::global(&key, switch)),
            _ => self.figment.merge(Serialized::global(&key, value)),
        };
        self.variables.push((key, name.to_owned()));
        self
    }

    /// The settings, or everything that is wrong with them: each wrong value is put aside, so that the rest can be judged too.
    pub fn finish(self) -> Result<Settings, BadSettings> {
        let (settings, mut problems) = self.read();
        problems.extend(self.refused.iter().cloned());
        let wrong = settings.as_ref().map(Settings::wrong).unwrap_or_default();
        problems.extend(wrong.into_iter().map(|(key, matter)| format!("{key}{}: {matter}", self.who_set(&key))));
        problems.extend(settings.iter().flat_map(|settings| self.secrets_in_file(settings)));
        settings.filter(|_| problems.is_empty()).ok_or(BadSettings::Wrong(problems))
    }

    /// Secrets that stand in the settings file: files of settings are copied, mailed and kept in repositories. What is masked when settings
    /// are shown is a secret.
    fn secrets_in_file(&self, settings: &Settings) -> Vec<String> {
        let Some((file, table)) = &self.file else { return Vec::new() };
        let shown = toml::Table::try_from(settings).unwrap_or_default();
        let mut found = Vec::new();
        masked(&shown, table, "", &mut found);
        let refusal = |key: String| {
            let variable = format!("{PREFIX}{}_FILE", key.to_uppercase().replace('.', "_"));
            format!(
                "{key} ({}): is a secret, which does not belong in a settings file; name a file that holds it with {variable}",
                file.display()
            )
        };
        found.into_iter().map(refusal).collect()
    }

    /// The settings as far as they could be read, and what could not be.
    fn read(&self) -> (Option<Settings>, Vec<String>) {
        let defaults: Dict = defaults().extract().unwrap_or_default();
        let (mut values, mut problems): (Dict, _) = (self.figment.extract().unwrap_or_default(), Vec::new());
        let mut aside: Vec<Vec<String>> = Vec::new();
        loop {
            let error = match Figment::from(Serialized::defaults(&values)).extract::<Settings>() {
                Ok(settings) => return (Some(settings), problems),
                Err(error) => error,
            };
            let mut path = error.path.clone();
            if let Kind::UnknownField(name, _) = &error.kind
                && path.last() != Some(name)
            {
                path.push(name.clone());
            }
            // What was put aside is missing only for that reason, which was told.
            let is_told = |name: &str| aside.iter().any(|one| one.split_last().is_some_and(|(last, table)| last == name && table == path));
            if !matches!(&error.kind, Kind::MissingField(name) if is_told(name)) {
                problems.push(self.described(&path, &error.kind));
            }
            if !put_aside(&mut values, &defaults, &path) {
                return (None, problems);
            }
            aside.push(path);
        }
    }

    /// One problem: the key, who set it, and what is wrong; never the value, which may be a secret in the wrong place.
    fn described(&self, path: &[String], kind: &Kind) -> String {
        let key = path.join(".");
        let matter = match kind {
            Kind::UnknownField(_, known) => match path.split_last().map(|(_, table)| table.join(".")).unwrap_or_default().as_str() {
                "" => format!("there is no such setting; the tables are {}", known.join(", ")),
                table => format!("there is no such setting; [{table}] has {}", known.join(", ")),
            },
            Kind::UnknownVariant(_, known) => format!("must be one of \"{}\"", known.join("\", \"")),
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
                format!("must be {}", words_for(expected))
            }
            Kind::MissingField(name) => return format!("{key}.{name}{}: must be given", self.who_set(&key)),
            Kind::Message(text) => text.clone(),
            _ => "cannot be read".to_owned(),
        };
        format!("{key}{}: {matter}", self.who_set(&key))
    }

    /// ` (UURWERK_HTTP_LISTEN)` or ` (desk.toml)`; nothing for a default.
    fn who_set(&self, key: &str) -> String {
        let is_of = |other: &str| other == key || other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        if let Some((_, name)) = self.variables.iter().rev().find(|(set, _)| is_of(set)) {
            return format!(" ({name})");
        }
        let Some((file, table)) = &self.file else { return String::new() };
        let mut words = key.split('.');
        let first = words.next().and_then(|word| table.get(word));
        if words.try_fold(first, |value, word| Some(inside(value?, word))).flatten().is_some() {
            return format!(" ({})", file.display());
        }
        String::new()
    }
}

/// What a key of a table, or a place in a list, leads to.
fn inside<'a>(value: &'a toml::Value, word: &str) -> Option<&'a toml::Value> {
    match value.as_array() {
        Some(items) => items.get(word.parse::<usize>().ok()?),
        None => value.get(word),
    }
}

/// The keys that a file sets and that are not shown as they are.
fn masked(shown: &toml::Table, file: &toml::Table, within: &str, found: &mut Vec<String>) {
    for (name, set) in file {
        let key = format!("{within}{name}");
        match (shown.get(name), set) {
            (Some(toml::Value::Table(shown)), toml::Value::Table(set)) => masked(shown, set, &format!("{key}."), found),
            (Some(toml::Value::String(shown)), toml::Value::String(set))
                if shown.contains('…') && holds_secret(set) && !has_login_alone(shown, set) =>
            {
                found.push(key);
            }
            _ => {}
        }
    }
}

fn holds_secret(set: &str) -> bool {
    !set.contains('…') && !set.trim().is_empty()
}

/// Whether an address names who logs in, without a password: that is masked too, and is no secret.
fn has_login_alone(shown: &str, set: &str) -> bool {
    let authority = set.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let login = authority.and_then(|authority| authority.rsplit_once('@'));
    shown.matches('…').count() == 1 && login.is_some_and(|(login, _)| !login.contains(':'))
}

fn defaults() -> Figment {
    let defaults: toml::Table = DEFAULTS.parse().expect("a test reads the defaults");
    Figment::from(Serialized::globals(defaults))
}

/// Removes a value, and puts the default in its place if there is one; false when that changes nothing.
fn put_aside(values: &mut Dict, defaults: &Dict, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let default = defaults.get(first);
    if rest.is_empty() {
        let before = values.remove(first);
        if let Some(default) = default {
            values.insert(first.clone(), default.clone());
        }
        return before.is_some() && before.as_ref() != default;
    }
    match (values.get_mut(first), default) {
        (Some(Value::Dict(_, inner)), Some(Value::Dict(_, defaults))) => put_aside(inner, defaults, rest),
        (Some(Value::Dict(_, inner)), _) => put_aside(inner, &Dict::new(), rest),
        _ => false,
    }
}

/// What is expected, in the words of someone who writes settings.
fn words_for(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number, 0 or more",
        "a boolean" => "true or false",
        "a string" => "text",
        "a map" => "a table",
        struct_or_path if struct_or_path.starts_with("struct ") => "a table",
        "path string" => "a path",
        other => other,
    }
}

/// The key a variable sets: `_` separates tables from keys, and also occurs within keys; the longest key that has a default wins.
fn key_of(name: &str, known: &Figment) -> String {
    let name = name.to_lowercase();
    let (mut key, mut rest) = (String::new(), name.as_str());
    while !rest.is_empty() {
        let ends = rest.match_indices('_').map(|(at, _)| at).chain([rest.len()]);
        let there = |end: &usize| WITHOUT_DEFAULT.contains(&&rest[..*end]) || known.contains(&format!("{key}{}", &rest[..*end]));
        let word = ends.filter(there).max().or_else(|| rest.find('_')).unwrap_or(rest.len());
        key.push_str(&rest[..word]);
        rest = rest[word..].trim_start_matches('_');
        if !rest.is_empty() {
            key.push('.');
        }
    }
    key
}
