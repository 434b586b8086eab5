//! Tells the service manager that nobody can be reached in a role (ROLE-04).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Named, RoleFacts, Template};
use crate::domain::language::Language;
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
    pub desk: Named,
}

impl Message for RoleUncovered {
    const KIND: MailKind = MailKind::RoleUncovered;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Niemand bereikbaar: {{ role.label }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Nobody reachable: {{ role.label }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if why == 'absent' %}
The holder of this role is away, and nobody has been appointed to act for them.
{% elif why == 'no_address' %}
No address is known of the holder of this role.
{% elif why == 'left' %}
Nobody holds this role any more: its holder has left. Mail for this role now goes to the address in the contract.
{% else %}
Nobody holds this role any more, and the contract names no address for it.
{% endif %}

{% include 'role' %}

Please appoint somebody to act in this role or to take it over.
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self { role: RoleFacts::sample(language), why: Why::Absent, desk: sample_desk() };
        let vacant = RoleFacts { holder: None, ..RoleFacts::sample(language) };
        let of = |why| Self { role: vacant.clone(), why, ..usual.clone() };
        vec![
            ("", usual.clone()),
            (language.of("niet-vervuld", "vacant"), of(Why::Vacant)),
            (language.of("vertrokken", "left"), of(Why::Left)),
            (language.of("geen-adres", "no-address"), Self { why: Why::NoAddress, ..usual.clone() }),
        ]
    }
}
