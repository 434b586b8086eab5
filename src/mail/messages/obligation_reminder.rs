//! Reminds the responsible role of an obligation that is due soon.
//!
//! An obligation has no ticket, so the subject has no number, and a reply to this mail becomes a new ticket.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Named, ObligationFacts, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ObligationReminder {
    pub obligation: ObligationFacts,
    pub desk: Named,
}

impl Message for ObligationReminder {
    const KIND: MailKind = MailKind::ObligationReminder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Herinnering: {{ obligation.title }}, uiterlijk {{ obligation.due }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Aan het eind van {{ obligation.due }} moet deze verplichting zijn nagekomen. Dat is nog niet vastgelegd.

{% include 'obligation' %}

Is zij al nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Reminder: {{ obligation.title }}, due by {{ obligation.due }}",
        body: "\
{% extends 'letter' %}
{% block text %}
This obligation must be met by the end of {{ obligation.due }}. No record says yet that it was.

{% include 'obligation' %}

Has it been met already? Then please have it recorded when, and what shows it.
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        vec![("", Self { obligation: ObligationFacts::sample(language), desk: sample_desk() })]
    }
}
