//! The templates of messages, and how one is rendered: the built-in ones, and those that a desk puts in their place.
//!
//! A template that a desk wrote can do no harm: it opens no file, it may take no more work than [`FUEL`] pays for, and what comes of it may not
//! be longer than [`longest`]. Should it fail on a real message, the built-in one is used: no mail is lost over a template.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Rendered, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};
use serde_json::Value;

use super::{AutoSubmitted, Message, Outgoing, REGISTRY, parts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

/// What one rendering of a template of the desk's own may cost: an instruction costs one, and so do 64 bytes that it makes.
const FUEL: u64 = 200_000;
/// Bytes that a template of the desk's own may add to what a message has to tell.
const ADDED: usize = 64 * 1024;
/// How often it may tell it.
const REPEATED: usize = 4;

/// A template that cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a message cannot be written: {text} (in {}, line {})", .template.as_deref().unwrap_or("-"), .line.unwrap_or_default())]
pub struct TemplateError {
    /// The name of the template that is wrong, and where in it.
    pub(super) template: Option<String>,
    pub(super) line: Option<usize>,
    /// It may quote what a message tells, so it stands in no log.
    pub(super) text: String,
}

impl From<Error> for TemplateError {
    /// What is inside an included template or a block is told as of there.
    fn from(error: Error) -> Self {
        let mut inner = &error;
        while let Some(cause) = std::error::Error::source(inner).and_then(|cause| cause.downcast_ref::<Error>()) {
            inner = cause;
        }
        let kind = inner.kind();
        let text = inner.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}"));
        Self { template: inner.name().map(ToOwned::to_owned), line: inner.line(), text }
    }
}

impl From<serde_json::Error> for TemplateError {
    fn from(error: serde_json::Error) -> Self {
        Self { template: None, line: None, text: error.to_string() }
    }
}

/// A message in one language, as a template knows it.
pub(super) struct Letter {
    pub kind: MailKind,
    pub auto: AutoSubmitted,
    pub language: Language,
    pub number: Option<String>,
    /// Its context.
    pub values: Value,
}

impl Letter {
    pub fn of<M: Message>(language: Language, message: &M) -> Result<Self, TemplateError> {
        let values = in_language(language, serde_json::to_value(message)?);
        Ok(Self { kind: M::KIND, auto: M::AUTO, language, number: message.number().map(ToOwned::to_owned), values })
    }
}

/// The values with one of the two languages where they have both (`parts::Both`).
fn in_language(language: Language, value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.len() == 2 && Language::ALL.iter().all(|language| fields.contains_key(language.tag())) => {
            fields.remove(language.tag()).unwrap_or_default()
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, in_language(language, value))).collect(),
        Value::Array(items) => items.into_iter().map(|item| in_language(language, item)).collect(),
        other => other,
    }
}

/// The texts of a desk's mails.
#[derive(Default)]
pub struct Templates {
    /// Those of its own, by language, beside the built-in ones that they leave.
    pub(super) own: BTreeMap<Language, Environment<'static>>,
}

impl Templates {
    /// Writes a message.
    pub fn write<M: Message>(&self, language: Language, message: &M) -> Result<Outgoing, TemplateError> {
        let letter = Letter::of(language, message)?;
        let Some(own) = self.own.get(&language) else { return built_in(&letter) };
        rendered_within_bounds(own, &letter).or_else(|wrong| {
            let (template, line) = (wrong.template.unwrap_or_default(), wrong.line.unwrap_or_default());
            tracing::warn!(
                kind = letter.kind.as_str(),
                language = language.tag(),
                template,
                line,
                "a template of mail.templates cannot be rendered, and the built-in text is sent in its place"
            );
            built_in(&letter)
        })
    }

    /// A sample as this desk writes it.
    pub(super) fn show(&self, letter: &Letter) -> Result<Outgoing, TemplateError> {
        match self.own.get(&letter.language) {
            Some(own) => rendered_within_bounds(own, letter),
            None => built_in(letter),
        }
    }
}

fn built_in(letter: &Letter) -> Result<Outgoing, TemplateError> {
    let templates = letter.language.of(&DUTCH, &ENGLISH).as_ref().map_err(Clone::clone)?;
    rendered(templates, letter)
}

/// The same with templates of the desk's own, whatever they are.
pub(super) fn rendered_within_bounds(templates: &Environment<'_>, letter: &Letter) -> Result<Outgoing, TemplateError> {
    let mut outgoing = rendered(templates, letter)?;
    let wrong = |template: String, text: &str| TemplateError { template: Some(template), line: None, text: text.to_owned() };
    let most = longest(&letter.values);
    if outgoing.subject.len() > most {
        return Err(wrong(subject_of(letter.kind), "the subject is too long"));
    }
    if outgoing.body.len() > most {
        return Err(wrong(letter.kind.to_string(), "the text is too long"));
    }
    if parts::one_line(&outgoing.subject) == letter.number.as_ref().map_or_else(String::new, |number| format!("[{number}]")) {
        return Err(wrong(subject_of(letter.kind), "the subject is empty"));
    }
    let end = outgoing.body.trim_end().len();
    if end == 0 {
        return Err(wrong(letter.kind.to_string(), "the text is empty"));
    }
    outgoing.body.truncate(end);
    outgoing.body.push('\n');
    Ok(outgoing)
}

/// The most bytes of a mail that tells this.
fn longest(values: &Value) -> usize {
    values.to_string().len() * REPEATED + ADDED
}

fn rendered(templates: &Environment<'_>, letter: &Letter) -> Result<Outgoing, TemplateError> {
    let values = Rendered::from(Serde(&letter.values));
    let render = |template: &str| templates.get_template(template)?.render(values.clone());
    let subject = parts::one_line(&render(&subject_of(letter.kind))?);
    let subject = letter.number.as_ref().map_or_else(|| subject.clone(), |number| format!("[{number}] {subject}"));
    Ok(Outgoing { kind: letter.kind, subject, body: render(letter.kind.as_str())?, auto: letter.auto })
}

static DUTCH: LazyLock<Result<Environment<'static>, TemplateError>> = LazyLock::new(|| all_built_in(Language::Dutch));
static ENGLISH: LazyLock<Result<Environment<'static>, TemplateError>> = LazyLock::new(|| all_built_in(Language::English));

/// Every built-in template of a language, to be replaced.
pub(super) fn all_built_in(language: Language) -> Result<Environment<'static>, TemplateError> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line that holds only a tag leaves no empty line in the letter.
    let mut syntax = SyntaxConfig::builder();
    templates.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    for shared in parts::SHARED {
        templates.add_template(shared.name, language.of(shared.dutch, shared.english))?;
    }
    for entry in REGISTRY {
        let template = entry.template(language);
        templates.add_template_owned(subject_of(entry.kind), template.subject)?;
        templates.add_template(entry.kind.as_str(), template.body)?;
    }
    Ok(templates)
}

/// Holds templates of a desk's own to what they may do: they take no more work than is paid for, and what is no text is not printed as if it
/// were one.
pub(super) fn bounded(mut templates: Environment<'static>) -> Environment<'static> {
    templates.set_fuel(Some(FUEL));
    templates.set_formatter(|out, state, value| {
        let what = match value.kind() {
            ValueKind::None => "is absent here: ask with {% if … %} whether it is there",
            ValueKind::Map => "has fields of its own: name one of them",
            ValueKind::Seq | ValueKind::Iterable => "is a list: go through it with {% for … %}",
            _ => return escape_formatter(out, state, value),
        };
        Err(Error::new(ErrorKind::InvalidOperation, format!("the value {what}")))
    });
    templates
}

pub(super) fn subject_of(kind: MailKind) -> String {
    format!("{kind}.subject")
}
