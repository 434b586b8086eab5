//! Answers a mail that became no ticket because only others may have one registered (TKT-07, SUP-14), and says to whom to turn.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Restricted {
    /// Of the mail it answers.
    pub subject: Line,
    pub contract: Line,
    /// What is reserved to named people; `None` when only contacts turn to the desk at all.
    pub reserved: Option<Line>,
    /// Who may.
    pub turn_to: Vec<Line>,
    pub desk: Line,
}

impl Message for Restricted {
    const KIND: MailKind = MailKind::Restricted;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const SUBJECT: &'static str = "Niet geregistreerd: {{ subject }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Wij hebben uw bericht ontvangen, maar er nog geen ticket van gemaakt.

Onderwerp:    {{ subject }}
Overeenkomst: {{ contract }}

{% if reserved %}
Een {{ reserved }} kan volgens deze overeenkomst alleen worden ingediend door personen die daarvoor zijn aangewezen.
{% else %}
Volgens deze overeenkomst nemen alleen de aangewezen contactpersonen van uw organisatie contact op met de servicedesk.
{% endif %}

{% if turn_to %}
U kunt zich wenden tot:
{% for one in turn_to %}
- {{ one }}
{% endfor %}
{% else %}
Binnen uw organisatie is bekend wie dat zijn.
{% endif %}

Uw bericht gaat niet verloren: het is bewaard, en de servicedesk kan het zien.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            subject: "Nieuwe firewallregel".into(),
            contract: "Dossier Afspraken en Procedures".into(),
            reserved: Some("wijzigingsverzoek".into()),
            turn_to: vec!["Servicemanager".into(), "anna@ipo.example".into()],
            desk: SAMPLE_DESK.into(),
        };
        let contacts = Self { reserved: None, turn_to: vec!["Anna de Boer".into()], ..usual.clone() };
        let unknown = Self { turn_to: Vec::new(), ..usual.clone() };
        vec![("", usual), ("contactpersonen", contacts), ("onbekend", unknown)]
    }
}
