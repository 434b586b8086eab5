//! `uurwerk simulate` as its page says: the example whole, every error, probes, and what is known at `asOf`.

use std::path::Path;

use serde_json::{Value, json};
use uurwerk::domain::contract::Contract;
use uurwerk::{contracts, simulate};

const CONTRACT: &str = r#"
id = "example"
version = "1"
title = "Example"
effective_from = 2099-01-01
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "acme"
tier = "premium"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[priorities.urgent]
[priorities.calm]
types = ["problem"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "urgent"
calendar = "support"
goals = [{ share = 90, under = "4h" }]
[[clocks]]
kind = "response"
types = ["service_request"]
tier = "premium"
calendar = "support"
goals = [{ within = "4h" }]
"#;

fn contract() -> Contract {
    contracts::parse(Path::new("example.toml"), CONTRACT).expect("it is sound")
}

/// What comes out for what goes in, as text.
fn run(with_ledger: bool, input: &str) -> String {
    let mut output = Vec::new();
    simulate::run(&contract(), with_ledger, input.as_bytes(), &mut output).expect("memory can be read and written");
    String::from_utf8(output).expect("JSON is UTF-8")
}

fn answer(line: &Value) -> Value {
    serde_json::from_str(&run(true, &line.to_string())).expect("an answer is JSON")
}

/// The code of the error a line gives, with the id it comes back under.
fn code(line: &str) -> (Value, String) {
    let answer: Value = serde_json::from_str(&run(false, line)).expect("an answer is JSON");
    (answer["id"].clone(), answer["error"]["code"].as_str().unwrap_or_else(|| panic!("{line} is answered: {answer}")).to_owned())
}

/// A sound line with one key changed, or taken away where the value is null and the key may not be.
fn with(key: &str, value: Value) -> Value {
    let mut line = json!({ "id": "a1", "ticketType": "incident", "priority": "urgent", "reportedAt": "2026-03-13T15:30:00+01:00" });
    line[key] = value;
    line
}

fn without(key: &str) -> String {
    let mut line = with("history", json!([]));
    line.as_object_mut().expect("an object").remove(key);
    line.to_string()
}

fn with_facts(facts: &[(&str, &str)]) -> Value {
    let fact = |(at, kind): &(&str, &str)| match *kind {
        "held" => json!({ "at": at, "kind": "held", "cause": "requester" }),
        "reprioritised" => json!({ "at": at, "kind": "reprioritised", "priority": "urgent" }),
        _ => json!({ "at": at, "kind": kind }),
    };
    with("history", facts.iter().map(fact).collect())
}

#[test]
fn the_example_of_the_page_is_answered_to_the_letter() {
    let line = r#"{"id":"a1","ticketType":"incident","priority":"urgent","tier":"premium","reportedAt":"2026-03-13T15:30:00+01:00","history":[{"at":"2026-03-13T15:40:00+01:00","kind":"responded","by":"reply"},{"at":"2026-03-16T08:30:00+01:00","kind":"held","cause":"requester"},{"at":"2026-03-16T09:00:00+01:00","kind":"resumed"},{"at":"2026-03-16T09:45:00+01:00","kind":"resolved"}],"asOf":"2026-03-20T00:00:00+01:00","probes":["2026-03-16T08:10:00+01:00"]}"#;
    let clock = r#"{"id":"a1","clocks":[{"kind":"resolution","state":"met","startedAt":"2026-03-13T14:30:00Z","stoppedAt":"2026-03-16T08:45:00Z","elapsedSeconds":11700,"heldSeconds":0,"goals":[{"share":90,"comparison":"under","target":"4h","dueAt":"2026-03-16T09:30:00Z","metAt":"2026-03-16T08:45:00Z","breachedAt":null}],"voided":[]"#;
    let ledger = r#","ledger":[{"from":"2026-03-13T14:30:00Z","to":"2026-03-13T16:00:00Z","state":"running","cause":null},{"from":"2026-03-13T16:00:00Z","to":"2026-03-16T07:00:00Z","state":"closed","cause":"hours"},{"from":"2026-03-16T07:00:00Z","to":"2026-03-16T08:45:00Z","state":"running","cause":null}]"#;
    let probes = r#"}],"probes":[{"at":"2026-03-16T07:10:00Z","clocks":[{"kind":"resolution","elapsedSeconds":6000}]}]}"#;
    assert_eq!(run(true, line), format!("{clock}{ledger}{probes}\n"));
    assert_eq!(run(false, line), format!("{clock}{probes}\n"), "a ledger only where it is asked for");
}

#[test]
fn one_line_in_is_one_line_out_in_the_same_order_whatever_ends_it() {
    let (one, two) = (with("id", json!("1")), with("id", json!("2")));
    let ids = |output: &str| -> Vec<Value> {
        output.lines().map(|line| serde_json::from_str::<Value>(line).expect("an answer is JSON")["id"].clone()).collect()
    };
    assert_eq!(ids(&run(false, &format!("{one}\r\n\r\nnonsense\r\n{two}\r\n"))), [json!("1"), Value::Null, Value::Null, json!("2")]);
    assert_eq!(ids(&run(false, &format!("{one}\n\n{two}"))), [json!("1"), Value::Null, json!("2")]);
    assert_eq!(run(false, ""), "");
}

#[test]
fn what_cannot_be_read_comes_back_with_its_code_and_without_an_id() {
    for line in [" ", "\r", "{", "nonsense", "{\"id\":\"a1\"", "{\"id\":\"a1\"} x", "\u{feff}{}"] {
        assert_eq!(code(&format!("{line}\n")), (Value::Null, "bad_json".to_owned()), "{line:?}");
    }
    let mut output = Vec::new();
    simulate::run(&contract(), false, &b"{\"id\":\"\xff\"}\n"[..], &mut output).expect("memory can be written");
    assert!(output.starts_with(b"{\"id\":null,\"error\":{\"code\":\"bad_json\""));
    for line in ["[]", "null", "3", "\"a1\""] {
        assert_eq!(code(line), (Value::Null, "bad_value".to_owned()), "{line}");
    }
    assert_eq!(code(&without("id")), (Value::Null, "missing_key".to_owned()));
    assert_eq!(code(&with("id", json!(1)).to_string()), (Value::Null, "bad_value".to_owned()));
    assert_eq!(code(&with("id", Value::Null).to_string()), (Value::Null, "bad_value".to_owned()));
    assert_eq!(code(&without("ticketType")), (json!("a1"), "missing_key".to_owned()));
    assert_eq!(code(&without("reportedAt")), (json!("a1"), "missing_key".to_owned()));
}

#[test]
fn every_value_that_is_wrong_has_its_code() {
    let at = "2026-03-13T15:30:00+01:00";
    let table = [
        ("history", json!([{ "kind": "resolved" }]), "missing_key"),
        ("history", json!([{ "at": at }]), "missing_key"),
        ("history", json!([{ "at": at, "kind": "held" }]), "missing_key"),
        ("history", json!([{ "at": at, "kind": "reprioritised" }]), "missing_key"),
        ("urgency", json!(1), "unknown_key"),
        ("urgency", Value::Null, "unknown_key"),
        ("history", json!([{ "at": at, "kind": "responded", "cause": "x" }]), "unknown_key"),
        ("history", json!([{ "at": at, "kind": "phoned", "by": "reply" }]), "unknown_key"),
        ("history", json!([{ "at": at, "kind": "held", "cause": "x", "by": "reply" }]), "unknown_key"),
        ("history", json!([{ "at": at, "kind": "resumed", "cause": "x" }]), "unknown_key"),
        ("history", json!([{ "at": at, "kind": "reprioritised", "priority": "urgent", "cause": "x" }]), "unknown_key"),
        ("history", json!([{ "at": at, "kind": "resolved", "priority": "urgent" }]), "unknown_key"),
        ("ticketType", json!(3), "bad_value"),
        ("ticketType", Value::Null, "bad_value"),
        ("reportedAt", Value::Null, "bad_value"),
        ("reportedAt", json!(1_773_412_200), "bad_value"),
        ("priority", json!(["urgent"]), "bad_value"),
        ("tier", json!(true), "bad_value"),
        ("history", json!({}), "bad_value"),
        ("history", json!(["resolved"]), "bad_value"),
        ("history", json!([{ "at": null, "kind": "resolved" }]), "bad_value"),
        ("history", json!([{ "at": at, "kind": null }]), "bad_value"),
        ("history", json!([{ "at": at, "kind": "paused" }]), "bad_value"),
        ("history", json!([{ "at": at, "kind": "held", "cause": null }]), "bad_value"),
        ("history", json!([{ "at": at, "kind": "responded", "by": "mail" }]), "bad_value"),
        ("probes", json!("2026"), "bad_value"),
        ("probes", json!([null]), "bad_value"),
        ("asOf", json!(7), "bad_value"),
        ("reportedAt", json!("2026-03-13T15:30:00"), "bad_instant"),
        ("reportedAt", json!("2026-03-13T15:59:60Z"), "bad_instant"),
        ("reportedAt", json!("2026-02-29T12:00:00Z"), "bad_instant"),
        ("reportedAt", json!("1899-12-31T23:59:59Z"), "bad_instant"),
        ("asOf", json!("2201-01-01T00:00:00Z"), "bad_instant"),
        ("probes", json!(["tomorrow"]), "bad_instant"),
        ("history", json!([{ "at": "13 March", "kind": "resolved" }]), "bad_instant"),
        ("ticketType", json!("storing"), "unknown_type"),
        ("ticketType", json!("Incident"), "unknown_type"),
        ("priority", json!("p9"), "unknown_priority"),
        ("priority", json!("calm"), "unknown_priority"),
        ("history", json!([{ "at": at, "kind": "reprioritised", "priority": "calm" }]), "unknown_priority"),
        ("tier", json!("gold"), "unknown_tier"),
        ("asOf", json!("2026-03-13T14:29:59Z"), "bad_order"),
    ];
    for (key, value, expected) in table {
        let line = with(key, value).to_string();
        assert_eq!(code(&line), (json!("a1"), expected.to_owned()), "{line}");
    }
    let mut without_tier = with("ticketType", json!("service_request"));
    without_tier["priority"] = Value::Null;
    assert_eq!(code(&without_tier.to_string()).1, "unknown_tier", "its clocks need one (CLK-06)");
}

/// From the last code to the first: each new problem takes the code over.
#[test]
fn the_first_code_that_applies_is_given_and_the_detail_names_every_problem() {
    let mut line = with_facts(&[("2026-03-13T15:30:00+01:00", "resumed")]);
    let steps: [(&str, Value, &str, &str); 8] = [
        ("asOf", json!("2026-03-01T00:00:00Z"), "bad_order", "asOf is before the report"),
        ("tier", json!("gold"), "unknown_tier", "tier \"gold\" is not in the contract"),
        ("priority", json!("p9"), "unknown_priority", "priority \"p9\" is not in the contract"),
        ("ticketType", json!("storing"), "unknown_type", "ticketType \"storing\" is none of incident, problem"),
        ("probes", json!(["soon"]), "bad_instant", "probes[0] \"soon\" is not an RFC 3339 instant"),
        ("asOf", json!(1), "bad_value", "asOf must be a text"),
        ("extra", json!(1), "unknown_key", "extra is not a key here"),
        ("reportedAt", Value::Null, "missing_key", "reportedAt is missing"),
    ];
    let mut words: Vec<&str> = vec!["history[0] (resumed) resumed, but nothing is held"];
    for (key, value, expected, detail) in steps {
        line[key] = value;
        if expected == "missing_key" {
            line.as_object_mut().expect("an object").remove(key);
        }
        words.retain(|known| !(expected == "bad_value" && known.starts_with("asOf")));
        words.push(detail);
        let answer = answer(&line);
        assert_eq!(answer["error"]["code"], expected, "{line}");
        let given = answer["error"]["detail"].as_str().expect("a text");
        for word in &words {
            assert!(given.contains(word), "{given:?} says {word:?}");
        }
    }
}

#[test]
fn a_fact_that_cannot_be_read_hides_no_other_problem_but_the_order() {
    let line = with(
        "history",
        json!([
            { "at": "yesterday", "kind": "reprioritised", "priority": "p9" },
            { "at": "2026-03-01T00:00:00Z", "kind": "resumed" },
            { "at": "2026-03-14T00:00:00Z", "kind": "paused", "by": "reply", "cause": "x" },
        ]),
    );
    let answer = answer(&line);
    assert_eq!(answer["error"]["code"], "bad_value");
    let detail = answer["error"]["detail"].as_str().expect("a text");
    for word in ["history[0].at \"yesterday\"", "history[0].priority \"p9\" is not in the contract", "history[2].kind \"paused\""] {
        assert!(detail.contains(word), "{detail:?} says {word:?}");
    }
    assert!(!detail.contains("history[1]"), "the order is judged only when every fact was read: {detail}");
}

#[test]
fn null_for_an_optional_key_is_its_absence() {
    let absent = answer(&with("history", json!([])));
    for key in ["tier", "history", "asOf", "probes"] {
        assert_eq!(answer(&with(key, Value::Null)), absent, "{key}");
    }
    let fact = |by: Option<Value>| {
        let mut fact = json!({ "at": "2026-03-16T09:00:00+01:00", "kind": "responded" });
        if let Some(by) = by {
            fact["by"] = by;
        }
        let mut line = with("history", json!([fact]));
        line["ticketType"] = json!("service_request");
        line["tier"] = json!("premium");
        line["priority"] = Value::Null;
        answer(&line)
    };
    assert_eq!(fact(None), fact(Some(Value::Null)));
    assert_eq!(fact(None), fact(Some(json!("reply"))));
    assert_eq!(fact(None)["clocks"][0]["stoppedAt"], "2026-03-16T08:00:00Z");
}

#[test]
fn what_cannot_follow_is_bad_order() {
    let (one, two) = ("2026-03-16T09:00:00+01:00", "2026-03-16T10:00:00+01:00");
    let before_report = "2026-03-13T15:29:59+01:00";
    let cannot: [(&[(&str, &str)], &str); 17] = [
        (&[(before_report, "phoned")], "history[0] (phoned) is before the report"),
        (&[(two, "phoned"), (one, "phoned")], "history[1] (phoned) is before the fact in front of it"),
        (&[(one, "resumed")], "history[0] (resumed) resumed, but nothing is held"),
        (&[(one, "held"), (one, "resumed"), (one, "resumed")], "history[2] (resumed) resumed, but nothing is held"),
        (&[(one, "held"), (one, "resolved"), (one, "reopened"), (two, "resumed")], "history[3] (resumed) resumed, but nothing is held"),
        (&[(one, "resolved"), (two, "held")], "history[1] (held) cannot be while the ticket is resolved"),
        (&[(one, "resolved"), (two, "resumed")], "history[1] (resumed) cannot be while the ticket is resolved"),
        (&[(one, "resolved"), (two, "resolved")], "history[1] (resolved) cannot be while the ticket is resolved"),
        (&[(one, "accepted")], "history[0] (accepted) needs a solution that is neither accepted nor refused yet"),
        (&[(one, "solution_refused")], "history[0] (solution_refused) needs a solution"),
        (&[(one, "resolved"), (one, "accepted"), (two, "accepted")], "history[2] (accepted) needs a solution"),
        (&[(one, "resolved"), (one, "accepted"), (two, "solution_refused")], "history[2] (solution_refused) needs a solution"),
        (&[(one, "resolved"), (one, "solution_refused"), (two, "solution_refused")], "history[2] (solution_refused) needs a solution"),
        (&[(one, "reopened")], "history[0] (reopened) needs a resolved ticket"),
        (&[(one, "resolved"), (one, "reopened"), (two, "reopened")], "history[2] (reopened) needs a resolved ticket"),
        (&[(one, "cancelled"), (two, "phoned")], "history[1] (phoned) cannot follow the cancelling"),
        (&[(one, "cancelled"), (two, "cancelled")], "history[1] (cancelled) cannot follow the cancelling"),
    ];
    for (facts, detail) in cannot {
        let answer = answer(&with_facts(facts));
        assert_eq!(answer["error"]["code"], "bad_order", "{facts:?}");
        let given = answer["error"]["detail"].as_str().expect("a text");
        assert!(given.starts_with(detail) && !given.contains(';'), "{given:?} is {detail:?}");
    }
    let several = answer(&with_facts(&[(before_report, "resumed"), (one, "accepted")]));
    assert_eq!(
        several["error"]["detail"],
        "history[0] (resumed) is before the report; history[0] (resumed) resumed, but nothing is held; \
         history[1] (accepted) needs a solution that is neither accepted nor refused yet"
    );
}

#[test]
fn what_can_follow_is_answered() {
    let (report, one) = ("2026-03-13T15:30:00+01:00", "2026-03-16T09:00:00+01:00");
    let can: [&[(&str, &str)]; 8] = [
        &[(report, "held"), (report, "resumed"), (report, "held"), (report, "held"), (report, "resolved")],
        &[("2026-03-13T15:30:00.9+01:00", "phoned"), (report, "phoned")],
        &[(one, "resolved"), (one, "accepted"), (one, "reopened"), (one, "resolved"), (one, "solution_refused")],
        &[(one, "resolved"), (one, "reopened"), (one, "held")],
        &[(one, "resolved"), (one, "responded"), (one, "phoned"), (one, "reprioritised"), (one, "cancelled")],
        &[(one, "held"), (one, "cancelled")],
        &[(one, "resolved"), (one, "accepted"), (one, "cancelled")],
        &[],
    ];
    for facts in can {
        assert_eq!(answer(&with_facts(facts))["error"], Value::Null, "{facts:?}");
    }
}

/// 4 h after Friday 15:30 is Monday 10:30; solved Monday 09:45, refused Tuesday 09:00.
#[test]
fn what_happened_after_as_of_is_not_known_yet_but_the_whole_line_is_judged() {
    let facts = [("2026-03-16T09:45:00+01:00", "resolved"), ("2026-03-17T09:00:00+01:00", "solution_refused")];
    let as_of = |as_of: &str| {
        let mut line = with_facts(&facts);
        line["asOf"] = json!(as_of);
        let clock = answer(&line)["clocks"][0].clone();
        (clock["state"].clone(), clock["elapsedSeconds"].clone(), clock["stoppedAt"].clone(), clock["goals"][0]["breachedAt"].clone())
    };
    assert_eq!(as_of("2026-03-16T08:44:59Z"), (json!("running"), json!(11_699), Value::Null, Value::Null));
    assert_eq!(as_of("2026-03-16T08:45:00Z"), (json!("met"), json!(11_700), json!("2026-03-16T08:45:00Z"), Value::Null));
    assert_eq!(as_of("2026-03-17T07:59:59Z"), (json!("met"), json!(11_700), json!("2026-03-16T08:45:00Z"), Value::Null));
    // AMB-06: a refused solution was none, so the bound passed on Monday after all.
    assert_eq!(as_of("2026-03-17T08:00:00Z"), (json!("running"), json!(5400 + 32_400 + 3600), Value::Null, json!("2026-03-16T09:30:00Z")));
    let mut wrong = with_facts(&[("2026-03-16T09:45:00+01:00", "resolved"), ("2026-03-17T09:00:00+01:00", "resumed")]);
    wrong["asOf"] = json!("2026-03-13T15:30:00+01:00");
    assert_eq!(answer(&wrong)["error"]["code"], "bad_order");
}

#[test]
fn as_of_is_the_last_instant_of_the_line_probes_apart() {
    let mut line = with_facts(&[("2026-03-16T09:00:00+01:00", "phoned")]);
    line["probes"] = json!(["2026-03-20T12:00:00+01:00"]);
    assert_eq!(answer(&line)["clocks"][0]["elapsedSeconds"], 5400 + 3600);
    assert_eq!(answer(&with("history", json!([])))["clocks"][0]["elapsedSeconds"], 0);
}

#[test]
fn probes_come_back_in_their_order_and_read_the_whole_history() {
    let mut line = with_facts(&[("2026-03-16T09:45:00+01:00", "resolved"), ("2026-03-17T09:00:00+01:00", "solution_refused")]);
    line["asOf"] = json!("2026-03-13T16:00:00+01:00");
    line["probes"] = json!([
        "2026-03-17T09:00:00+01:00",
        "2026-03-13T15:29:00+01:00",
        "2026-03-16T10:45:00+01:00",
        "2026-03-16T10:45:00.7+01:00",
        "2200-12-31T23:59:59Z",
    ]);
    let answer = answer(&line);
    assert_eq!(answer["clocks"][0]["elapsedSeconds"], 1800, "the clock is as of asOf");
    let probes = answer["probes"].as_array().expect("a list");
    let at: Vec<_> = probes.iter().map(|probe| probe["at"].as_str().expect("an instant")).collect();
    let instants = ["2026-03-17T08:00:00Z", "2026-03-13T14:29:00Z", "2026-03-16T09:45:00Z", "2026-03-16T09:45:00Z", "2200-12-31T23:59:59Z"];
    assert_eq!(at, instants);
    let seconds: Vec<_> = probes.iter().map(|probe| probe["clocks"][0]["elapsedSeconds"].as_i64().expect("a number")).collect();
    // The second probe lies before the start; the third inside what was a stop when it was probed, and counts after all.
    assert_eq!(seconds[..4], [5400 + 32_400 + 3600, 0, 5400 + 9900, 5400 + 9900]);
}

#[test]
fn a_ticket_without_clocks_has_none_and_a_file_counts_whatever_its_date() {
    let line =
        json!({ "id": "", "ticketType": "problem", "reportedAt": "2026-03-13T15:30:00+01:00", "probes": ["2026-03-13T15:30:00+01:00"] });
    assert_eq!(answer(&line), json!({ "id": "", "clocks": [], "probes": [{ "at": "2026-03-13T14:30:00Z", "clocks": [] }] }));
}

#[test]
fn the_response_clock_comes_before_the_resolution_clock() {
    let both = CONTRACT.replace("types = [\"service_request\"]\ntier = \"premium\"", "types = [\"incident\"]");
    let contract = contracts::parse(Path::new("both.toml"), &both).expect("it is sound");
    let mut output = Vec::new();
    simulate::answer(&contract, false, with("tier", Value::Null).to_string().as_bytes(), &mut output).expect("memory can be written");
    let answer: Value = serde_json::from_slice(&output).expect("an answer is JSON");
    assert_eq!([&answer["clocks"][0]["kind"], &answer["clocks"][1]["kind"]], ["response", "resolution"]);
    assert_eq!([&answer["clocks"][0]["goals"][0]["share"], &answer["clocks"][1]["goals"][0]["share"]], [&Value::Null, &json!(90)]);
}

/// RFS-05: the clock of an item goes before one that names none.
#[test]
fn a_line_names_what_was_asked_for_of_the_catalogue() {
    let own = "[[catalogue]]\ncode = \"question\"\n[[clocks]]\nkind = \"response\"\ntypes = [\"service_request\"]\nitem = \"question\"\n\
        calendar = \"support\"\ngoals = [{ by = \"3wd\" }]\n";
    let contract = contracts::parse(Path::new("own.toml"), &format!("{CONTRACT}{own}")).expect("it is sound");
    let answered = |item: Value, kind: &str| {
        let line = json!({ "id": "a", "ticketType": kind, "tier": "premium", "item": item, "reportedAt": "2026-03-13T15:30:00+01:00" });
        let mut output = Vec::new();
        simulate::answer(&contract, false, line.to_string().as_bytes(), &mut output).expect("memory can be written");
        serde_json::from_slice::<Value>(&output).expect("an answer is JSON")
    };
    let target = |item: Value| answered(item, "service_request")["clocks"][0]["goals"][0]["target"].clone();
    assert_eq!((target(json!("question")), target(Value::Null)), (json!("3wd"), json!("4h")));
    for (item, kind) in [("coffee", "service_request"), ("question", "incident")] {
        assert_eq!(answered(json!(item), kind)["error"]["code"], "unknown_item", "{item} {kind}");
    }
}
