//! Tells in one mail of notices that were not sent one by one. It repeats no title: what is redacted later would stay here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Line, Message, Named, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Digest {
    pub lines: Vec<DigestLine>,
    pub desk: Named,
}

/// How often what was to be told about a ticket.
#[derive(Debug, Clone, Serialize)]
pub struct DigestLine {
    /// None of what is about no ticket.
    pub number: Option<Line>,
    /// Such as "status, 3 keer; oplossing".
    pub told: Named,
}

impl DigestLine {
    /// Of notices, each with its ticket's number and its kind: a line a ticket, in the order of the first.
    pub fn counted<'a>(notices: impl Iterator<Item = (Option<String>, &'a str)>) -> Vec<Self> {
        let mut order: Vec<Option<String>> = Vec::new();
        let mut counts: BTreeMap<Option<String>, Vec<(&str, usize)>> = BTreeMap::new();
        for (number, template) in notices {
            let of_it = counts.entry(number.clone()).or_insert_with(|| {
                order.push(number);
                Vec::new()
            });
            match of_it.iter_mut().find(|(known, _)| *known == template) {
                Some((_, count)) => *count += 1,
                None => of_it.push((template, 1)),
            }
        }
        let line = |number: Option<String>| {
            let told = |language: Language| {
                let of = counts.get(&number).into_iter().flatten().map(|(template, count)| {
                    let kind = MailKind::named(template).map_or(*template, |kind| language.of(kind.dutch(), kind.english()));
                    if *count == 1 { kind.to_owned() } else { format!("{kind}, {count} {}", language.of("keer", "times")) }
                });
                of.collect::<Vec<_>>().join("; ")
            };
            let told = Named::new(&told(Language::Dutch), &told(Language::English));
            Self { number: number.as_deref().map(Into::into), told }
        };
        order.into_iter().map(line).collect()
    }
}

impl Message for Digest {
    const KIND: MailKind = MailKind::Digest;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Overzicht van berichten",
        body: "\
{% extends 'letter' %}
{% block text %}
Er waren in korte tijd veel berichten voor u. Dit hebben wij u daarom niet in aparte mails gestuurd:

{% for line in lines %}
- {% if line.number %}{{ line.number }}: {% endif %}{{ line.told }}
{% endfor %}

De servicedesk kan u elk van deze berichten alsnog sturen.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Overview of messages",
        body: "\
{% extends 'letter' %}
{% block text %}
There were many messages for you in a short time, so we did not send you these separately:

{% for line in lines %}
- {% if line.number %}{{ line.number }}: {% endif %}{{ line.told }}
{% endfor %}

The service desk can still send you any of these messages.
{% endblock %}",
    };

    fn samples(_language: Language) -> Vec<(&'static str, Self)> {
        let of = |number: &str, kind: MailKind| (Some(number.to_owned()), kind.as_str());
        let notices = [
            of("INC-1001", MailKind::Status),
            of("INC-1002", MailKind::Status),
            of("INC-1001", MailKind::Status),
            of("INC-1001", MailKind::Solved),
        ];
        let lines = DigestLine::counted(notices.into_iter().chain([(None, MailKind::ObligationLate.as_str())]));
        vec![("", Self { lines, desk: sample_desk() })]
    }
}
