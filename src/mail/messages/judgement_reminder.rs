//! Reminds the requester that a solution waits for their answer (AMB-09).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Links, Message, Moment, Named, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct JudgementReminder {
    pub ticket: TicketFacts,
    /// Since when it waits.
    pub since: Moment,
    /// Where they answer.
    pub links: Option<Links>,
    pub desk: Named,
}

impl Message for JudgementReminder {
    const KIND: MailKind = MailKind::JudgementReminder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Herinnering: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
De oplossing van uw {{ ticket.kind }} met nummer {{ ticket.number }} wacht op uw antwoord.

{% include 'ticket' %}
Opgelost:   {{ since }}

{% if links %}
Is het opgelost? Laat het hier weten:
{{ links.yes }}

Is het niet opgelost? Laat hier weten wat er nog niet goed is:
{{ links.no }}

{% include 'links' %}
{% else %}
Wilt u laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.
{% endif %}

Zonder uw antwoord verandert er niets: de melding wordt niet vanzelf afgesloten.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Reminder: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
The solution of your {{ ticket.kind }} with number {{ ticket.number }} is waiting for your answer.

{% include 'ticket' %}
Resolved:   {{ since }}

{% if links %}
Is it resolved? Let us know here:
{{ links.yes }}

Is it not resolved? Tell us here what is still wrong:
{{ links.no }}

{% include 'links' %}
{% else %}
Please let us know whether you accept or refuse the solution. If you refuse it, tell us what is still wrong.
You can do so by replying to this message; the service desk will record your choice.
{% endif %}

Nothing changes without your answer: the ticket is not closed by itself.
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let since = Moment::sample("2026-01-05T10:40:00+01:00");
        let usual = Self { ticket: TicketFacts::sample(language), since, links: Some(Links::sample("solution")), desk: sample_desk() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![("", usual), (language.of("zonder-links", "without-links"), unlinked)]
    }
}
