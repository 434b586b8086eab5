//! Tells the service manager that a role is due for review (IAM-06).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Named, RoleFacts, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::permission::Role;

#[derive(Debug, Clone, Serialize)]
pub struct RoleReview {
    pub role: RoleFacts,
    pub desk: Named,
}

impl Message for RoleReview {
    const KIND: MailKind = MailKind::RoleReview;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Te beoordelen: {{ role.label }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Het is tijd om te beoordelen of deze rol nog past bij het werk van de houder.

{% include 'role' %}

Leg de beoordeling vast, of beëindig de rol.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "To be reviewed: {{ role.label }}",
        body: "\
{% extends 'letter' %}
{% block text %}
It is time to review whether this role still fits the work of its holder.

{% include 'role' %}

Please record the review, or end the role.
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self { role: RoleFacts::sample(language), desk: sample_desk() };
        let of_the_desk =
            RoleFacts { label: Role::AgentLine1.word().into(), contract: None, organisation: None, ..RoleFacts::sample(language) };
        vec![("", usual.clone()), (language.of("van-de-desk", "of-the-desk"), Self { role: of_the_desk, ..usual })]
    }
}
