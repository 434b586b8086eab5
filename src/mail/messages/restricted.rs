//! Answers a mail that became no ticket because only others may have one registered (TKT-07, SUP-14), and says to whom to turn.

use serde::Serialize;

use super::parts::{sample_contract, sample_desk, sample_role};
use super::{AutoSubmitted, Line, Message, Named, Template};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Restricted {
    /// Of the mail it answers.
    pub subject: Line,
    pub contract: Line,
    /// What is reserved to named people; `None` when only contacts turn to the desk at all.
    pub reserved: Option<Named>,
    /// Who may.
    pub turn_to: Vec<Named>,
    pub desk: Named,
}

impl Message for Restricted {
    const KIND: MailKind = MailKind::Restricted;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const DUTCH: Template = Template {
        subject: "Niet geregistreerd: {{ subject }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Not registered: {{ subject }}",
        body: "\
{% extends 'letter' %}
{% block text %}
We have received your message, but we have not registered a ticket for it yet.

Subject:      {{ subject }}
Agreement:    {{ contract }}

{% if reserved %}
Under this agreement, only people appointed for it can ask for this: {{ reserved }}.
{% else %}
Under this agreement, only the appointed contacts of your organisation turn to the service desk.
{% endif %}

{% if turn_to %}
You can turn to:
{% for one in turn_to %}
- {{ one }}
{% endfor %}
{% else %}
Your organisation knows who they are.
{% endif %}

Your message is not lost: it has been kept, and the service desk can see it.
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            subject: language.of("Nieuwe firewallregel", "New firewall rule").into(),
            contract: sample_contract(language),
            reserved: Some(TicketType::ChangeRequest.word().into()),
            turn_to: vec![sample_role(), Named::same("anna@ipo.example")],
            desk: sample_desk(),
        };
        let contacts = Self { reserved: None, turn_to: vec![Named::same(language.of("Anna de Boer", "Anna Baker"))], ..usual.clone() };
        let unknown = Self { turn_to: Vec::new(), ..usual.clone() };
        vec![("", usual), (language.of("contactpersonen", "contacts"), contacts), (language.of("onbekend", "unknown"), unknown)]
    }
}
