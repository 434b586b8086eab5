//! The built-in templates as files, for a desk to change: above each a comment that shows what a message has to tell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::replaced::{ENDS, PARTS};
use super::{REGISTRY, TemplateError, parts};
use crate::domain::language::Language;

/// Values of a field that are shown.
const SHOWN: usize = 12;
/// Characters of a value that are shown.
const WIDTH: usize = 60;

/// Every file, by its path in the folder.
pub fn files() -> Result<Vec<(PathBuf, String)>, TemplateError> {
    let mut files = Vec::new();
    for language in Language::ALL {
        let folder = PathBuf::from(language.tag());
        let mut of_all = BTreeMap::new();
        for entry in REGISTRY {
            for (_, sample) in &(entry.samples)(language)? {
                note(&mut of_all, "", &sample.values);
            }
        }
        for entry in REGISTRY {
            let template = entry.template(language);
            let samples = (entry.samples)(language)?;
            let mut fields = BTreeMap::new();
            for (_, sample) in &samples {
                note(&mut fields, "", &sample.values);
            }
            fill(&mut fields, &of_all);
            let shown: String = fields.iter().map(|(path, field)| field.shown(path, samples.len())).collect();
            let comment = format!(
                "{{#\n{} ({})\n\nThe first line below this comment is the subject, then comes an empty line, then the text. The ticket's number is put\nin front of the subject by itself. What there is to tell, with examples:\n\n{shown}#}}\n",
                entry.kind.english(),
                entry.kind.dutch()
            );
            let body = template.body.trim_end_matches('\n');
            files.push((folder.join(format!("{}{ENDS}", entry.kind)), format!("{comment}{}\n\n{body}\n", template.subject)));
        }
        for shared in parts::SHARED {
            let text = language.of(shared.dutch, shared.english);
            files.push((folder.join(PARTS).join(format!("{}{ENDS}", shared.name)), text.to_owned()));
        }
    }
    Ok(files)
}

/// What is known of a field.
#[derive(Default, Clone)]
struct Field {
    /// In how many samples it is there.
    there: usize,
    is_list: bool,
    has_fields: bool,
    examples: BTreeSet<String>,
}

fn note(fields: &mut BTreeMap<String, Field>, path: &str, value: &Value) {
    let field = fields.entry(path.to_owned()).or_default();
    field.there += usize::from(!value.is_null());
    match value {
        Value::Null => {}
        Value::Object(inner) => {
            field.has_fields = true;
            for (name, value) in inner {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                note(fields, &path, value);
            }
        }
        Value::Array(items) => {
            field.is_list = true;
            for item in items {
                note(fields, &format!("{path}[]"), item);
            }
        }
        Value::Bool(_) => field.examples.extend(["false".to_owned(), "true".to_owned()]),
        Value::String(text) => {
            field.examples.insert(short(text));
        }
        Value::Number(number) => {
            field.examples.insert(number.to_string());
        }
    }
}

/// Adds the fields of what no sample of a message has, such as whose decision it was, as other messages have them.
fn fill(fields: &mut BTreeMap<String, Field>, of_all: &BTreeMap<String, Field>) {
    let empty: Vec<_> = fields.iter().filter(|(_, field)| field.there == 0 || field.is_list).map(|(path, _)| path.clone()).collect();
    for path in empty {
        let is_within = |other: &str| other.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '[']));
        for (other, field) in of_all.iter().filter(|(other, _)| is_within(other)) {
            fields.entry(other.clone()).or_insert_with(|| Field { there: 0, ..field.clone() });
        }
    }
}

fn short(text: &str) -> String {
    let line = parts::one_line(text);
    // A comment ends with this.
    let line = line.replace("#}", "# }");
    if line.chars().count() <= WIDTH { line } else { line.chars().take(WIDTH).chain(['…']).collect() }
}

impl Field {
    /// A line of the comment; nothing of a field that only has fields of its own.
    fn shown(&self, path: &str, samples: usize) -> String {
        let is_optional = !path.contains("[]") && self.there < samples;
        if self.has_fields && self.examples.is_empty() && !self.is_list {
            return if is_optional { format!("  {path:<24} may be absent\n") } else { String::new() };
        }
        let mut about: Vec<String> = self.examples.iter().filter(|text| !text.is_empty()).take(SHOWN).cloned().collect();
        if self.is_list {
            about.push("a list".to_owned());
        }
        let mut about = about.join(" | ");
        if is_optional {
            about.push_str(if about.is_empty() { "may be absent" } else { "; may be absent" });
        } else if self.examples.contains("") {
            about.push_str("; may be empty");
        }
        format!("  {path:<24} {about}\n")
    }
}
