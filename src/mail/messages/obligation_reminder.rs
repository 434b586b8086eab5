//! Reminds the responsible role of an obligation that is due soon.
//!
//! An obligation has no ticket, so the subject has no number, and a reply to this mail becomes a new ticket.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, ObligationFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ObligationReminder {
    pub obligation: ObligationFacts,
    pub desk: Line,
}

impl Message for ObligationReminder {
    const KIND: MailKind = MailKind::ObligationReminder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Herinnering: {{ obligation.title }}, uiterlijk {{ obligation.due }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Aan het eind van {{ obligation.due }} moet deze verplichting zijn nagekomen. Dat is nog niet vastgelegd.

{% include 'obligation' %}

Is zij al nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("", Self { obligation: ObligationFacts::sample(), desk: SAMPLE_DESK.into() })]
    }
}
