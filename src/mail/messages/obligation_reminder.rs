//! An obligation is to be done soon, and the role that must see to it is reminded.
//!
//! An obligation has no ticket, so its subject bears no number, and an answer to it is a new message.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{Auto, Line, Message, ObligationFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ObligationReminder {
    pub obligation: ObligationFacts,
    pub desk: Line,
}

impl Message for ObligationReminder {
    const KIND: MailKind = MailKind::ObligationReminder;
    const AUTO: Auto = Auto::Generated;
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
