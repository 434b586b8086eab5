//! Tells the responsible role that an obligation was not met in time.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Named, ObligationFacts, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ObligationLate {
    pub obligation: ObligationFacts,
    pub desk: Named,
}

impl Message for ObligationLate {
    const KIND: MailKind = MailKind::ObligationLate;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Te laat: {{ obligation.title }}, uiterlijk {{ obligation.due }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Aan het eind van {{ obligation.due }} moest deze verplichting zijn nagekomen. Dat is niet vastgelegd: zij is te laat.

{% include 'obligation' %}

Is zij wel op tijd nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Late: {{ obligation.title }}, due by {{ obligation.due }}",
        body: "\
{% extends 'letter' %}
{% block text %}
This obligation should have been met by the end of {{ obligation.due }}. No record says that it was, so it is late.

{% include 'obligation' %}

Was it met in time after all? Then please have it recorded when, and what shows it.
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self { obligation: ObligationFacts::sample(language), desk: sample_desk() };
        let of_no_period =
            ObligationFacts { title: Named::new("Verbeterplan", "Improvement plan"), period: None, ..ObligationFacts::sample(language) };
        vec![("", usual.clone()), (language.of("na-een-feit", "after-an-event"), Self { obligation: of_no_period, ..usual })]
    }
}
