//! Tells the service manager that nobody can be reached in a role (ROLE-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, RoleFacts};
use crate::domain::mail::MailKind;

/// Why nobody can be reached.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Whoever holds it is away, and nobody acts for them.
    Absent,
    /// Nobody holds it.
    Vacant,
    /// Nobody holds it since its holder left; the contract has an address.
    Left,
    /// Of whoever holds it no address is known.
    NoAddress,
}

#[derive(Debug, Clone, Serialize)]
pub struct RoleUncovered {
    pub role: RoleFacts,
    pub why: Why,
    pub desk: Line,
}

impl Message for RoleUncovered {
    const KIND: MailKind = MailKind::RoleUncovered;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Niemand bereikbaar: {{ role.label }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if why == 'absent' %}
De houder van deze rol is afwezig en er is geen waarnemer aangewezen.
{% elif why == 'no_address' %}
Van de houder van deze rol is geen adres bekend.
{% elif why == 'left' %}
Niemand vervult deze rol meer: de houder is vertrokken. Post voor deze rol gaat nu naar het adres in het contract.
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
        let usual = Self { role: RoleFacts::sample(), why: Why::Absent, desk: SAMPLE_DESK.into() };
        let vacant = RoleFacts { holder: None, ..RoleFacts::sample() };
        let of = |why| Self { role: vacant.clone(), why, ..usual.clone() };
        vec![
            ("", usual.clone()),
            ("niet-vervuld", of(Why::Vacant)),
            ("vertrokken", of(Why::Left)),
            ("geen-adres", Self { why: Why::NoAddress, ..usual.clone() }),
        ]
    }
}
