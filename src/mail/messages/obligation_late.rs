//! Tells the responsible role that an obligation was not met in time.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, ObligationFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ObligationLate {
    pub obligation: ObligationFacts,
    pub desk: Line,
}

impl Message for ObligationLate {
    const KIND: MailKind = MailKind::ObligationLate;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Te laat: {{ obligation.title }}, uiterlijk {{ obligation.due }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Aan het eind van {{ obligation.due }} moest deze verplichting zijn nagekomen. Dat is niet vastgelegd: zij is te laat.

{% include 'obligation' %}

Is zij wel op tijd nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self { obligation: ObligationFacts::sample(), desk: SAMPLE_DESK.into() };
        let of_no_period = ObligationFacts { title: "Verbeterplan".into(), period: None, ..ObligationFacts::sample() };
        vec![("", usual.clone()), ("na-een-feit", Self { obligation: of_no_period, ..usual })]
    }
}
