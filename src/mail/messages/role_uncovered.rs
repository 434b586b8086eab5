//! Tells the service manager that nobody can be reached in a role (ROLE-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, RoleFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct RoleUncovered {
    pub role: RoleFacts,
    /// Whether somebody holds it who is away; otherwise nobody does.
    pub is_absence: bool,
    pub desk: Line,
}

impl Message for RoleUncovered {
    const KIND: MailKind = MailKind::RoleUncovered;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Niemand bereikbaar: {{ role.label }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if is_absence %}
De houder van deze rol is afwezig en er is geen waarnemer aangewezen.
{% else %}
Niemand vervult deze rol meer en het contract noemt er geen adres voor.
{% endif %}

{% include 'role' %}

Wijs iemand aan die de rol waarneemt of overneemt.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self { role: RoleFacts::sample(), is_absence: true, desk: SAMPLE_DESK.into() };
        let vacant = RoleFacts { holder: None, ..RoleFacts::sample() };
        vec![("", usual.clone()), ("niet-vervuld", Self { role: vacant, is_absence: false, ..usual })]
    }
}
