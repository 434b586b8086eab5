//! Tells whoever reported a ticket that few may see that there is news of it, and not what: their address changed after they reported it, so
//! that somebody else may read their mail.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct NewsWithheld {
    pub number: String,
    pub desk: Line,
}

impl Message for NewsWithheld {
    const KIND: MailKind = MailKind::NewsWithheld;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Nieuws over uw melding";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Er is nieuws over uw melding met nummer {{ number }}.

Wat dat is, staat met opzet niet in dit bericht: weinigen mogen deze melding zien, en uw e-mailadres bij de servicedesk is veranderd \
nadat u haar deed. U leest het bij de melding zelf, of hoort het van de servicedesk.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("", Self { number: "INC-1001".to_owned(), desk: SAMPLE_DESK.into() })]
    }
}
