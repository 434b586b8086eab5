//! Tells whoever reported a ticket that few may see that there is news of it, and not what: their address changed after they reported it, so
//! that somebody else may read their mail.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Named, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct NewsWithheld {
    pub number: String,
    pub desk: Named,
}

impl Message for NewsWithheld {
    const KIND: MailKind = MailKind::NewsWithheld;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Nieuws over uw melding",
        body: "\
{% extends 'letter' %}
{% block text %}
Er is nieuws over uw melding met nummer {{ number }}.

Wat dat is, staat met opzet niet in dit bericht: weinigen mogen deze melding zien, en uw e-mailadres bij de servicedesk is veranderd \
nadat u haar deed. U leest het bij de melding zelf, of hoort het van de servicedesk.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "News about your ticket",
        body: "\
{% extends 'letter' %}
{% block text %}
There is news about your ticket with number {{ number }}.

What it is, is left out of this message on purpose: few people may see this ticket, and your e-mail address at the service desk has changed \
since you reported it. You can read the news on the ticket itself, or hear it from the service desk.
{% endblock %}",
    };

    fn number(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples(_language: Language) -> Vec<(&'static str, Self)> {
        vec![("", Self { number: "INC-1001".to_owned(), desk: sample_desk() })]
    }
}
