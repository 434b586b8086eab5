//! What a file says about people: roles, subjects, reserved types, contacts.

use super::reader::{Field, Section, label, own_text, texts, types};
use crate::domain::contract::{AgreedContacts, FunctionalAdministration, PointOfContact, Reserved, Role, Subject};
use crate::domain::phone::Phone;

/// The most contacts that a client can be given: more is no bound.
const MOST_CONTACTS: u32 = 1000;

/// `[roles.NAME]`
pub(super) fn role(code: &str, section: &Section<'_>) -> Option<Role> {
    let side = section.required("side").and_then(|field| field.code());
    let label = label(section, "label", code);
    let mail = section.optional("mail").map(|field| addresses(&field)).unwrap_or_default();
    let level = section.optional("level").and_then(|field| field.code());
    let origin = section.optional("origin").and_then(|field| field.text()).map(str::to_owned);
    let each_client = section.optional("each_client").and_then(|field| field.yes_or_no()).unwrap_or_default();
    section.finish();
    Some(Role { code: code.to_owned(), side: side?, label, mail, level, origin, each_client })
}

pub(super) fn addresses(field: &Field<'_>) -> Vec<String> {
    field.list().iter().filter_map(Field::address).map(str::to_owned).collect()
}

/// `[[points_of_contact]]`: where else the desk is reached.
pub(super) fn point_of_contact(section: &Section<'_>) -> Option<PointOfContact> {
    let label = section.required("label").and_then(|field| own_text(&field));
    let (phone, mail) = (section.optional("phone"), section.optional("mail"));
    let to_be_confirmed = section.optional("to_be_confirmed").and_then(|field| field.text()).map(str::to_owned);
    let reached_at = match (&phone, &mail) {
        // What is doubted may be no number at all.
        (Some(phone), None) if to_be_confirmed.is_some() => phone.text().map(str::to_owned),
        (Some(phone), None) => phone.parsed::<Phone>().map(|phone| phone.as_str().to_owned()),
        (None, Some(mail)) => mail.address().map(str::to_owned),
        (None, None) | (Some(_), Some(_)) => None,
    };
    if section.has("phone") == section.has("mail") {
        section.refuse_whole("has either a phone or a mail");
    }
    section.finish();
    Some(PointOfContact { label: label?, reached_at: reached_at?, to_be_confirmed })
}

/// `[[subjects]]`
pub(super) fn subject(section: &Section<'_>) -> Option<Subject> {
    let id = section.required("id").and_then(|field| field.text()).map(str::to_owned);
    let label = label(section, "label", id.as_deref().unwrap_or_default());
    let roles = section.required("roles").map(|field| field.texts());
    section.finish();
    Some(Subject { id: id?, label, roles: roles? })
}

/// `[[reserved]]`
pub(super) fn reserved(section: &Section<'_>) -> Reserved {
    let reserved = Reserved {
        types: types(section.required("types")).unwrap_or_default(),
        organisation: section.optional("organisation").and_then(|field| field.text()).map(str::to_owned),
        roles: texts(section, "roles"),
        people: section.optional("people").map(|field| addresses(&field)).unwrap_or_default(),
    };
    section.finish();
    Reserved { people: reserved.people.iter().map(|address| address.to_lowercase()).collect(), ..reserved }
}

/// `[contacts]`: how many, and the role whose holders are on the same list.
pub(super) fn contacts(section: &Section<'_>) -> (Option<u32>, Option<String>) {
    let most = section.required("most").and_then(|field| field.whole(1, MOST_CONTACTS));
    let role = section.optional("role").and_then(|field| field.text()).map(str::to_owned);
    section.finish();
    (most, role)
}

/// `contacts` of a client.
pub(super) fn agreed_contacts(section: &Section<'_>) -> Option<AgreedContacts> {
    let most = section.required("most").and_then(|field| field.whole(1, MOST_CONTACTS));
    let agreed = section.required("agreed").and_then(|field| field.text()).map(str::to_owned);
    section.finish();
    Some(AgreedContacts { most: most?, agreed: agreed? })
}

/// `[functional_administration]`
pub(super) fn administration(section: &Section<'_>) -> Option<FunctionalAdministration> {
    let by = section.required("by").and_then(|field| field.code());
    let cost_agreement = section.optional("cost_agreement").and_then(|field| field.text()).map(str::to_owned);
    section.finish();
    Some(FunctionalAdministration { by: by?, cost_agreement })
}
