//! The arrows of the house: who may name whom, as `src/lib.rs` says; and that nothing in it goes round in a circle.

mod graph;

use std::collections::BTreeMap;
use std::path::Path;

/// Each room with the rooms it may name: the lines with an arrow in the map of `src/lib.rs`.
fn arrows() -> BTreeMap<String, Vec<String>> {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("the map");
    let lines = map.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once("→"));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    lines.flat_map(|(rooms, named)| words(rooms).into_iter().map(move |room| (room, words(named)))).collect()
}

/// Every file of `src` with its room and its text.
fn rooms() -> Vec<(String, String, String)> {
    let files = graph::modules().into_iter().filter(|(module, _)| !module.is_empty());
    files.map(|(module, (file, text))| (module[0].clone(), file, text)).collect()
}

#[test]
fn every_arrow_is_one_of_the_map() {
    let (arrows, modules) = (arrows(), graph::modules());
    assert!(arrows.len() > 15, "the map was not found");
    let mut wrong = Vec::new();
    for (module, others) in graph::names(&modules) {
        let Some(room) = module.first() else { continue };
        let Some(allowed) = arrows.get(room) else { panic!("{} is in no room of the house", module.join("::")) };
        let outside = others.iter().filter(|other| other[0] != *room && !allowed.contains(&other[0]));
        wrong.extend(outside.map(|other| format!("{} names {}", module.join("::"), other.join("::"))));
    }
    assert!(wrong.is_empty(), "arrows that are not in src/lib.rs:\n{}", wrong.join("\n"));
}

#[test]
fn no_arrow_of_the_map_is_without_use() {
    let names = graph::names(&graph::modules());
    let is_used = |room: &str, other: &str| {
        let of_room = names.iter().filter(|(module, _)| module.first().is_some_and(|first| first == room));
        of_room.flat_map(|(_, others)| others).any(|named| named[0] == other)
    };
    let arrows = arrows();
    let unused =
        arrows.iter().flat_map(|(room, others)| others.iter().filter(|other| !is_used(room, other)).map(move |other| (room, other)));
    assert_eq!(unused.collect::<Vec<_>>(), []);
}

#[test]
fn nothing_goes_round_in_a_circle() {
    let circles = graph::circles(&graph::names(&graph::modules()));
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn only_the_store_names_the_tables_and_only_the_store_and_the_edge_name_the_database_library() {
    for (room, file, text) in rooms() {
        // A word of its own: `identity::` is no `entity::`.
        let is_word = |line: &str, at: usize| !line[..at].ends_with(|sign: char| sign.is_alphanumeric() || sign == '_');
        let has = |line: &str, word: &str| line.match_indices(word).any(|(at, _)| is_word(line, at));
        let names = |word: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && has(line, word));
        assert!(room == "store" || !names("entity::"), "{file} names a table");
        let errors_only = room == "error";
        assert!(room == "store" || errors_only || !names("sea_orm"), "{file} names the database library");
    }
}

#[test]
fn every_finder_says_whose_rows_it_finds() {
    for (_, file, text) in rooms().iter().filter(|(room, file, _)| room == "store" && file != "store/tx.rs") {
        assert!(
            !text.contains("Entity::find"),
            "{file} finds rows past the scope: use `find` or, for the desk's own books, `find_of_desk`"
        );
    }
}

#[test]
fn a_body_is_taken_once_it_is_known_who_may_and_a_route_is_an_operation() {
    for (_, file, text) in rooms().iter().filter(|(room, ..)| room == "http") {
        for word in ["web::Bytes", "web::Payload", "web::Json"] {
            assert!(!text.contains(word), "{file} has {word}: take a Body or an Incoming, behind who is calling");
        }
        for word in ["web::resource", "web::scope", "utoipa::path"] {
            assert!(file == "http/routes.rs" || !text.contains(word), "{file} has {word}: a list of operations is the place of a route");
        }
    }
}

/// A clause id such as CLK-06 or AMB-95; `INC-1001` is a ticket's number.
fn clause_in(text: &str) -> Option<&str> {
    let is_id = |word: &&str| {
        let (letters, figures) = word.split_once('-').unwrap_or_default();
        let is_of = |part: &str, length, is: fn(&u8) -> bool| part.len() == length && part.as_bytes().iter().all(is);
        is_of(letters, 3, u8::is_ascii_uppercase) && is_of(figures, 2, u8::is_ascii_digit)
    };
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-').find(is_id).or_else(|| text.contains('§').then_some("§"))
}

/// Clauses are for who reads the code; whoever uses the desk has no register to look them up in.
#[test]
fn nothing_that_is_answered_names_a_clause_of_the_register() {
    let mut found = Vec::new();
    let rooms_of_answers = ["http", "usecases", "domain", "contracts", "proof"];
    for (_, file, text) in rooms().iter().filter(|(room, ..)| rooms_of_answers.contains(&room.as_str())) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Descriptions of the document lose theirs where it is written (`document::words`).
        let lines =
            code.lines().filter(|line| !line.trim_start().starts_with("//") && line.contains('"') && !line.contains("description = "));
        found.extend(lines.filter(|line| clause_in(line).is_some()).map(|line| format!("{file}: {}", line.trim())));
    }
    for file in ["openapi/uurwerk.json", "openapi/problems.md"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a file");
        found.extend(text.lines().filter(|line| clause_in(line).is_some()).map(|line| format!("{file}: {}", line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Whatever changes something for somebody goes through `App::write`, which writes its line in the audit trail. These keep the program's own
/// books: how far a worker has come, what may be forgotten.
#[test]
fn only_these_write_without_a_line_in_the_audit_trail() {
    const BOOKS: [&str; 13] = [
        "app.rs",
        "outbox/mails.rs",
        "outbox/mod.rs",
        "outbox/turns.rs",
        // Notes of files that are coming, and their removal; the file on its ticket has a line.
        "usecases/attachments.rs",
        "usecases/enclosures.rs",
        // That nothing was found in a file; what was found has a line.
        "usecases/scans.rs",
        // The trail itself.
        "usecases/audit.rs",
        "usecases/idempotency.rs",
        // Each step of bringing what is stored under another key; that it was asked for has a line.
        "usecases/rotation.rs",
        // What is left outside of rows of what was taken away; that it was has a line.
        "usecases/remains.rs",
        // When tokens were used last, and sign-ins that ended long ago.
        "usecases/tokens/mod.rs",
        // How far an advance has come; that it was asked for has a line.
        "usecases/sandbox.rs",
    ];
    for (room, file, text) in rooms() {
        let code = graph::code(&text);
        let writes = code.contains("keep_books(") || code.contains("db.begin(") || code.contains("self.begin(");
        assert!(!writes || room == "store" || BOOKS.contains(&file.as_str()), "{file} writes, and the audit trail does not tell");
    }
}

/// A ticket that was destroyed takes nothing any more. Whatever changes one gets it where that is refused.
#[test]
fn a_ticket_is_locked_in_one_place() {
    for (room, file, text) in rooms() {
        let code = graph::code(&text);
        let locks = code.contains("store::tickets::lock(") || code.contains("store::tickets::lock_whatever_is_left(");
        let may = ["usecases/tickets/locked.rs", "usecases/destructions.rs"].contains(&file.as_str());
        assert!(!locks || room == "store" || may, "{file} locks a ticket, and does not refuse one that was destroyed");
    }
}

#[test]
fn the_domain_does_no_io_and_reads_no_time() {
    for (_, file, text) in rooms().iter().filter(|(room, ..)| room == "domain") {
        for word in ["async ", "tokio", "std::fs", "std::env", "::now()", "println!"] {
            assert!(!text.contains(word), "{file} has {word}");
        }
    }
}
