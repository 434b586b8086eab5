//! The catalogue of a contract file: what of it is refused, and in which words; and that no form can make the desk slow.

use std::path::Path;

use uurwerk::contracts;
use uurwerk::domain::contract::{Contract, Form};

use crate::contracts::lines;

const SOUND: &str = r#"
id = "sound"
version = "1.0"
title = "Sound"
effective_from = 2026-01-01
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "acme"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.manager]
side = "client"
[roles.desk]
side = "supplier"
[[clocks]]
kind = "response"
types = ["service_request"]
calendar = "support"
goals = [{ within = "4h" }]
[[clocks]]
kind = "response"
types = ["service_request"]
item = "access"
calendar = "support"
goals = [{ within = "8h" }]
[[catalogue]]
code = "access"
label = { nl = "Toegang" }
asked_by = ["manager"]
needs_authorisation = true
instruction = { version = "1", text = "Zo." }
[catalogue.fields]
type = "object"
required = ["name"]
properties.name = { type = "string", minLength = 2, pattern = "^[a-z]+$" }
properties.days = { type = "integer", minimum = 1, maximum = 5 }
properties.rooms = { type = "array", items = { type = "object", properties = { number = { type = "number" } } }, maxItems = 3 }
"#;

fn broken(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SOUND.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once");
        text.replace(from, to)
    })
}

fn sound(text: &str) -> Contract {
    contracts::parse(Path::new("a.toml"), text).unwrap_or_else(|refused| panic!("{refused}"))
}

#[test]
fn an_item_is_read_with_bounds_of_its_own_or_the_usual_ones() {
    let contract = sound(SOUND);
    let item = contract.item("access").expect("an item");
    assert_eq!((item.label.en.as_str(), item.needs_authorisation, item.form.asks_something()), ("Toegang", true, true));
    assert_eq!(item.form.fields(), ["name", "days", "rooms"]);
    let name = &item.form.schema()["properties"]["name"];
    assert_eq!((&name["maxLength"], &name["minLength"]), (&2000.into(), &2.into()));
    assert_eq!(item.form.schema()["properties"]["rooms"]["items"]["additionalProperties"], false);
}

#[test]
fn rfs_01_what_is_wrong_with_an_item_is_named_by_its_key() {
    let table: &[(&str, &str, &[&str])] = &[
        ("code = \"access\"\n", "", &["catalogue.0.code: is required"]),
        ("asked_by = [\"manager\"]", "asked_by = [\"boss\"]", &["catalogue.0.asked_by.0: refers to nothing: there is no role \"boss\""]),
        (
            "asked_by = [\"manager\"]",
            "asked_by = [\"desk\"]",
            &["catalogue.0.asked_by.0: is a role of the supplier: a service is asked for by people of the client"],
        ),
        ("version = \"1\", ", "", &["catalogue.0.instruction.version: is required"]),
        ("needs_authorisation = true", "needs_authorisation = \"ja\"", &["catalogue.0.needs_authorisation: must be true or false"]),
        ("item = \"access\"", "item = \"coffee\"", &["clocks.1.item: refers to nothing: there is no item of the catalogue \"coffee\""]),
        ("item = \"access\"\n", "", &["clocks.1: could fit the same ticket as clocks.0: a ticket has one response clock"]),
        (
            "types = [\"service_request\"]\nitem = \"access\"",
            "types = [\"service_request\", \"incident\"]\nitem = \"access\"",
            &["clocks.1.item: is of service requests alone, and this clock is for other types too"],
        ),
        (
            "[[catalogue]]",
            "[[kinds]]\ntype = \"service_request\"\ncode = \"question\"\n[[catalogue]]",
            &["kinds.0: is no kind beside those of the catalogue: the items are the kinds of service requests"],
        ),
        (
            "[[catalogue]]",
            "[[catalogue]]\ncode = \"access\"\n[[catalogue]]",
            &["catalogue.1: is named twice: another one has the same code"],
        ),
        ("type = \"object\"\nrequired", "type = \"array\"\nrequired", &["catalogue.0.fields.type: must be object: a form has fields"]),
        (
            "required = [\"name\"]",
            "required = [\"name\", \"age\", \"name\"]",
            &[
                "catalogue.0.fields.required.1: refers to nothing: the form has no such field",
                "catalogue.0.fields.required.2: is named twice",
            ],
        ),
        (
            "pattern = \"^[a-z]+$\"",
            "pattern = \"[a-\"",
            &[
                "catalogue.0.fields.properties.name.pattern: is not a pattern that can be used: it is malformed, too large, or looks around or back",
            ],
        ),
        ("minimum = 1, maximum = 5", "minimum = 7, maximum = 5", &["catalogue.0.fields.properties.days.maximum: is less than minimum"]),
        ("asked_by = [\"manager\"]", "asked_by = []", &["catalogue.0.asked_by: names nobody: leave it out for everybody of the client"]),
        (
            "[[catalogue]]\ncode = \"access\"",
            "[[catalogue]]\ncode = \"a b/c\"",
            &[
                "catalogue.0.code: must be of letters, digits, hyphens and underscores",
                "clocks.1.item: refers to nothing: there is no item of the catalogue \"access\"",
            ],
        ),
        (
            "minLength = 2, pattern = \"^[a-z]+$\"",
            "maxLength = 3, enum = [\"abc\", \"abcdef\"]",
            &["catalogue.0.fields.properties.name.enum.1: can never be given: minLength and maxLength leave it out"],
        ),
        ("minLength = 2,", "minLength = 9, maxLength = 8,", &["catalogue.0.fields.properties.name.maxLength: is less than minLength"]),
        ("maxItems = 3", "maxItems = 101", &["catalogue.0.fields.properties.rooms.maxItems: must be a whole number from 1 to 100"]),
    ];
    for (from, to, expected) in table {
        assert_eq!(lines(&broken(&[(from, to)])), *expected, "{from:?} made {to:?}");
    }
    let several = broken(&[("version = \"1\", ", ""), ("maxItems = 3", "maxItems = 101"), ("item = \"access\"", "item = \"coffee\"")]);
    assert_eq!(lines(&several).len(), 3, "all of them at once");
    let open = contracts::parse(Path::new("a.toml"), &broken(&[("code = \"access\"", "code = \"unknown\"")])).expect_err("it is open");
    assert!(open.is_draft(), "{open}");
}

/// What is no part of such a form, and what would cost without end.
#[test]
fn rfs_01_no_form_refers_elsewhere_nests_without_end_or_has_fields_without_end() {
    let field = |schema: &str| format!("{SOUND}properties.more = {schema}\n");
    let known = "is not a key here; the keys are description, enum, format, maxLength, minLength, pattern, title, type";
    for key in ["\"$ref\" = \"http://127.0.0.1/schema\"", "allOf = []", "if = { type = \"string\" }", "\"$defs\" = {}", "not = {}"] {
        let name = key.split(" =").next().expect("a name").trim_matches('"');
        let refused = lines(&field(&format!("{{ type = \"string\", {key} }}")));
        assert_eq!(refused, [format!("catalogue.0.fields.properties.more.{name}: {known}")]);
    }
    let nested =
        |depth: usize| (0..depth).fold("{ type = \"string\" }".to_owned(), |inner, _| format!("{{ type = \"array\", items = {inner} }}"));
    sound(&field(&nested(3)));
    let deep = lines(&field(&nested(4)));
    assert!(deep.len() == 1 && deep[0].ends_with("is too deep: at most 3 lists and objects are within each other"), "{deep:?}");
    assert_eq!(lines(&field(&nested(60))).len(), 1, "however deep");
    let many = |count: usize| (0..count).map(|at| format!("properties.f{at} = {{ type = \"boolean\" }}\n")).collect::<Vec<_>>().concat();
    // Four are there already.
    sound(&format!("{SOUND}{}", many(46)));
    let wide = lines(&format!("{SOUND}{}", many(2000)));
    assert_eq!(wide.len(), 1, "{wide:?}");
    assert!(wide[0].contains("is one too many: a form has at most 50 fields"), "{wide:?}");
    let choices = format!("{{ type = \"string\", enum = [{}] }}", (0..201).map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(", "));
    assert_eq!(lines(&field(&choices)), ["catalogue.0.fields.properties.more.enum: must have 1 to 200 choices"]);
    let refused = |pattern: &str| lines(&field(&format!("{{ type = \"string\", pattern = '{pattern}' }}"))).len();
    // What looks back or around is not matched in a time that is known, and what unfolds takes memory.
    for pattern in ["(a)\\1", "(?=a)a", "(?<!a)a", "((a{1,1000}){1,1000}){1,1000}"] {
        assert_eq!(refused(pattern), 1, "{pattern}");
    }
}

/// A pattern on which a matcher that goes back would not end before the desk does: 50 000 signs, and twice as many steps for each.
#[test]
fn rfs_01_a_pattern_takes_no_longer_than_the_text_is_long() {
    let text = SOUND.replace("^[a-z]+$", "^(([a-z])+.)+[A-Z]([a-z])+$").replace("minLength = 2", "maxLength = 10000");
    let contract = sound(&text);
    let form: &Form = &contract.item("access").expect("an item").form;
    let value = serde_json::json!({ "name": "a".repeat(10_000) });
    assert!(!form.validator().is_valid(&value));
}
