//! Tells the service manager that a role is due for review (IAM-06).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, RoleFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct RoleReview {
    pub role: RoleFacts,
    pub desk: Line,
}

impl Message for RoleReview {
    const KIND: MailKind = MailKind::RoleReview;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Te beoordelen: {{ role.label }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Het is tijd om te beoordelen of deze rol nog past bij het werk van de houder.

{% include 'role' %}

Leg de beoordeling vast, of beëindig de rol.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self { role: RoleFacts::sample(), desk: SAMPLE_DESK.into() };
        let of_the_desk = RoleFacts { label: "behandelaar eerste lijn".into(), contract: None, organisation: None, ..RoleFacts::sample() };
        vec![("", usual.clone()), ("van-de-desk", Self { role: of_the_desk, ..usual })]
    }
}
