//! Who is who: the roles and subjects of agreements, and what only some people may.

mod files;
mod roles;

/// A contract in which everything about people can be said; tests change it.
const SOUND: &str = r#"
id = "people"
version = "1.0"
title = "People"
effective_from = 2026-01-01
time_zone = "Europe/Amsterdam"
contacts = { most = 3 }
functional_administration = { by = "client" }
supplier_levels = ["tactical"]
[[clients]]
organisation = "acme"
contacts = { most = 5, agreed = "Brief van 1 februari 2026" }
roles = { contact = ["contact@acme.example"] }
mail_domains = ["acme.example"]
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.contact]
side = "client"
each_client = true
[roles.buyer]
side = "client"
mail = ["buyer@acme.example"]
origin = "Annex 2"
[roles.manager]
side = "supplier"
level = "tactical"
mail = ["manager@desk.example"]
[[subjects]]
id = "invoices"
roles = ["buyer", "manager"]
[[reserved]]
types = ["change_request"]
roles = ["buyer"]
people = ["Anna@acme.example"]
"#;

/// The sound contract with each `from` made `to`.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SOUND.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once in the sound contract");
        text.replace(from, to)
    })
}
