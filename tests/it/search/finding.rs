//! What a ticket is found by, and how words are matched.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{explained, found, found_by, moves, says, with};
use crate::on_both_databases;
use crate::support::{Desk, On, incident};

on_both_databases!(
    a_ticket_is_found_by_everything_that_is_said_on_it,
    letters_are_found_as_people_type_them,
    a_word_is_found_by_its_beginning_and_in_quotation_marks_by_itself,
    words_find_a_ticket_together_in_whichever_of_its_texts_each_stands,
    words_that_many_tickets_have_find_those_that_have_them_all,
);

async fn a_ticket_is_found_by_everything_that_is_said_on_it(desk: &Desk) {
    let number = desk
        .registers(&with(&json!({ "title": "Mail hapert", "description": "Niemand ontvangt iets.", "item": "Postbusserver",
            "externalReferences": [{ "system": "Topdesk", "reference": "M2603-0042" }],
            "requester": { "name": "Anna Zwaluw", "email": "a.zwaluw@ipo.example" } })))
        .await;
    let bo = json!({ "name": "Bo Vink", "email": "bo@ipo.example" });
    let other = desk.registers(&with(&json!({ "requester": bo, "title": "Iets", "description": "Anders." }))).await;
    says(desk, &number, "public", "Wij vervangen de transceiver.").await;
    says(desk, &number, "internal", "Leverancier reageert stroperig.").await;
    let mail = format!("From: a.zwaluw@ipo.example\nSubject: Re: [{number}] Mail\nMessage-ID: <1@ipo.example>\n\nHet knippert oranje.\n");
    assert_eq!(desk.mail_arrives("servicedesk", &mail).await.body["outcome"], "reply");
    moves(desk, &number, "in_progress", "Opgepakt door ploegendienst.").await;
    moves(desk, &number, "resolved", "Glasvezelmodule omgewisseld.").await;
    let work = json!({ "minutes": 15, "text": "Logboeken bekeken." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/work-logs"), &work).await.status, 201);
    let late = json!({ "visibility": "internal", "body": "Gebeld.", "occurredAt": "2026-03-02T08:00:00+01:00", "occurredAtReason": "Vergeetachtig." });
    assert_eq!(desk.post(&format!("/v1/tickets/{other}/messages"), &late).await.status, 201);
    let (problem, _) = explained(desk, "Condensatoren verouderen.", "Preventief vervangen.").await;
    let figure = number.trim_start_matches("INC-");
    for (text, expected) in [
        (number.as_str(), &number),
        (&format!("inc {figure}"), &number),
        (figure, &number),
        ("niemand ontvangt", &number),
        ("postbus", &number),
        ("topdesk", &number),
        ("m2603-0042", &number),
        ("anna zwaluw", &number),
        ("A.Zwaluw@ipo.example", &number),
        ("transceiver", &number),
        ("stroperig", &number),
        ("knippert", &number),
        ("ploegendienst", &number),
        ("glasvezelmodule", &number),
        ("logboeken", &number),
        ("vergeetachtig", &other),
        ("bo vink", &other),
        ("condensatoren", &problem),
        ("preventief", &problem),
    ] {
        assert_eq!(found(desk, text).await, [expected.as_str()], "{text}");
    }
    // The version after it is found, and so is that before it, which stays.
    assert_eq!(desk.explains(&problem).await.status, 201);
    assert_eq!((found(desk, "noodstroom").await, found(desk, "condensatoren").await), (vec![problem.clone()], vec![problem]));
}

async fn letters_are_found_as_people_type_them(desk: &Desk) {
    let number = desk
        .registers(&with(&json!({ "title": "Coördinatie met Łódź", "description": "Straße 5, Ærø, œuvre, Đorđe, Þór, Kadıköy.",
            "requester": { "name": "Søren Müller", "email": "soren@ipo.example" } })))
        .await;
    says(desk, &number, "public", "Één café, privé-geïnstalleerd.").await;
    for text in [
        "coordinatie",
        "coördinatie",
        "CO\u{4f}\u{308}RDINATIE",
        "lodz",
        "Łódź",
        "strasse",
        "straße",
        "aero",
        "ærø",
        "oeuvre",
        "dorde",
        "thor",
        "kadikoy",
        "soren muller",
        "Søren",
        "een cafe prive geinst",
    ] {
        assert_eq!(found(desk, text).await, [number.as_str()], "{text}");
    }
}

async fn a_word_is_found_by_its_beginning_and_in_quotation_marks_by_itself(desk: &Desk) {
    let one = desk.registers(&with(&json!({ "title": "Printerstoring op kamer A12", "description": "Rookt." }))).await;
    let other = desk.registers(&with(&json!({ "title": "Print opdracht", "description": "Op kamertje B." }))).await;
    for (text, expected) in [
        ("print", vec![&one, &other]),
        ("pri kam", vec![&one, &other]),
        ("storing", vec![]),
        ("\"print\"", vec![&other]),
        ("\"printer\"", vec![]),
        ("\u{201e}print\u{201d} kamer", vec![&other]),
        ("\"print", vec![&one, &other]),
        // One or two characters alone are a word; beside a longer one, a beginning.
        ("a1", vec![]),
        ("a12", vec![&one]),
        ("op", vec![&one, &other]),
        ("pr ka", vec![]),
        ("print a1", vec![&one]),
        ("printerstoring k", vec![&one]),
        ("printerstoring \"k\"", vec![]),
    ] {
        assert_eq!(found(desk, text).await, expected.into_iter().cloned().collect::<Vec<_>>(), "{text}");
    }
}

async fn words_find_a_ticket_together_in_whichever_of_its_texts_each_stands(desk: &Desk) {
    let number = desk.registers(&with(&json!({ "requester": { "name": "Anna Zwaluw", "email": "a.zwaluw@ipo.example" } }))).await;
    let other = desk.registers(&incident("p3")).await;
    says(desk, &number, "public", "Transceiver vervangen.").await;
    says(desk, &number, "internal", "Garantie verlopen.").await;
    moves(desk, &number, "in_progress", "Monteur onderweg.").await;
    says(desk, &other, "public", "Garantie geldt.").await;
    for text in ["zwaluw transceiver", "mail monteur", &format!("{number} garantie verlopen onderweg anna"), "onderweg hapert vervangen"] {
        assert_eq!(found(desk, text).await, [number.as_str()], "{text}");
    }
    assert_eq!(found(desk, "mail garantie").await, [number.clone(), other]);
    assert_eq!(found(desk, "zwaluw geldt").await, Vec::<String>::new());
}

/// Writes some texts for each of some numbers into the index, whether there are such tickets or not.
async fn spread(desk: &Desk, words: &str, numbers: std::ops::Range<i64>, texts: i64, is_public: bool) {
    let (columns, row) = match desk.on() {
        On::Postgres => (
            "number, source, is_public, words",
            format!("n, gen_random_uuid(), {is_public}, array_to_tsvector(string_to_array('{words}', ' '))"),
        ),
        // After those that are there.
        On::Sqlite => ("id, source, words", format!("(n << 20) + 10000 + 2 * at + {}, randomblob(16), ' {words} '", i32::from(!is_public))),
    };
    let (first, last) = (numbers.start, numbers.end - 1);
    let sql = format!(
        "INSERT INTO ticket_search ({columns}) SELECT {row} FROM \
         (WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS numbers, \
         (WITH RECURSIVE s(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM s WHERE at < {texts}) SELECT at FROM s) AS texts"
    );
    desk.behind().await.execute_unprepared(&sql).await.expect("words");
}

async fn words_that_many_tickets_have_find_those_that_have_them_all(desk: &Desk) {
    let (mut made, mut noted) = (Vec::new(), Vec::new());
    for at in 0..6 {
        made.push(desk.registers(&incident("p3")).await);
        if at % 2 == 0 {
            says(desk, &made[at], "public", "Transceiver vervangen.").await;
            says(desk, &made[at], "internal", "Garantie verlopen.").await;
            noted.push(made[at].clone());
        }
    }
    let (own, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    // Each of these is on more tickets than are named one by one; of two of them, few tickets have both.
    spread(desk, "mail hapert", 500_000..502_000, 1, true).await;
    spread(desk, "transceiver", 510_000..512_000, 1, true).await;
    spread(desk, "garantie verlopen mail", 520_000..522_000, 1, false).await;
    // This one is in many texts of few tickets.
    let figure = made[0].trim_start_matches("INC-").parse().expect("a figure");
    spread(desk, "zwaluw mail", figure..figure + 1, 700, true).await;
    spread(desk, "zwaluw mail", 530_000..530_001, 700, true).await;
    let first = vec![made[0].clone()];
    for (text, of_desk, of_client) in [
        ("mail", &made, &made),
        ("mail hapert", &made, &made),
        ("transceiver hapert", &noted, &noted),
        ("transceiver mail", &noted, &noted),
        ("garantie", &noted, &Vec::new()),
        ("garantie verlopen", &noted, &Vec::new()),
        ("garantie transceiver", &noted, &Vec::new()),
        ("garantie mail niemand", &noted, &Vec::new()),
        ("zwaluw", &first, &first),
        ("zwaluw mail", &first, &first),
    ] {
        assert_eq!(&found(desk, text).await, of_desk, "{text}");
        assert_eq!(&found_by(desk, &own, text).await, of_client, "{text} by the client");
        assert_eq!(found_by(desk, &other, text).await, Vec::<String>::new(), "{text} by another client");
    }
}
