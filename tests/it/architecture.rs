//! The arrows of the house: who may name whom. A line of `src` that names a room outside its own arrows is a defect.

use std::path::{Path, PathBuf};

/// Each room with the rooms it may name.
const ARROWS: [(&str, &[&str]); 21] = [
    ("words", &["words"]),
    ("domain", &["domain", "words"]),
    ("contracts", &["contracts", "domain", "words"]),
    ("simulate", &["simulate", "domain"]),
    ("proof", &["proof", "domain"]),
    ("time", &["domain"]),
    ("settings", &["domain"]),
    ("standing", &[]),
    ("files", &["settings", "standing"]),
    ("store", &["store", "contracts", "standing", "domain", "words"]),
    ("mail", &["mail", "settings", "store", "domain"]),
    ("documents", &["documents", "domain", "words"]),
    ("reports", &["reports", "documents", "domain", "words"]),
    ("auth", &["auth", "app", "store", "time", "domain"]),
    ("app", &["files", "mail", "settings", "store", "time", "usecases", "domain"]),
    (
        "usecases",
        &["usecases", "app", "auth", "contracts", "files", "jobs", "mail", "proof", "reports", "settings", "store", "time", "domain"],
    ),
    ("outbox", &["outbox", "app", "mail", "store", "usecases", "domain"]),
    ("jobs", &["jobs", "app", "outbox", "store", "time", "usecases", "domain"]),
    ("http", &["http", "app", "auth", "jobs", "proof", "reports", "settings", "store", "time", "usecases", "domain", "words"]),
    (
        "cli",
        &[
            "app",
            "auth",
            "contracts",
            "documents",
            "http",
            "jobs",
            "mail",
            "outbox",
            "proof",
            "reports",
            "settings",
            "simulate",
            "store",
            "usecases",
        ],
    ),
    ("main", &["uurwerk"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file of `src` with its room and its text.
fn rooms() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let described = |file: &PathBuf| {
        let inside = file.strip_prefix(&root).expect("inside").display().to_string();
        let home = inside.split(['/', '.']).next().unwrap_or_default().to_owned();
        (home, inside, std::fs::read_to_string(file).expect("a file"))
    };
    files.iter().map(described).collect()
}

#[test]
fn no_arrow_points_outward() {
    let mut wrong = Vec::new();
    for (room, file, text) in rooms().iter().filter(|(room, ..)| room != "lib") {
        let (_, allowed) = ARROWS.iter().find(|(name, _)| name == room).unwrap_or_else(|| panic!("{file} is in no room of the house"));
        for (at, _) in text.match_indices("crate::") {
            let named: String = text[at + 7..].chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
            if !named.is_empty() && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{file} names {named}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point outward:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_store_names_the_tables_and_only_the_store_and_the_edge_name_the_database_library() {
    for (room, file, text) in rooms() {
        let names = |word: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
        assert!(room == "store" || !names("entity::"), "{file} names a table");
        let errors_only = file == "usecases/error.rs";
        assert!(room == "store" || errors_only || !names("sea_orm"), "{file} names the database library");
    }
}

#[test]
fn every_finder_says_whose_rows_it_finds() {
    for (_, file, text) in rooms().iter().filter(|(room, file, _)| room == "store" && file != "store/tx.rs") {
        assert!(!text.contains("Entity::find"), "{file} finds rows past the scope: use `find` or, for the desk's own books, `find_ours`");
    }
}

#[test]
fn a_body_is_taken_once_it_is_known_who_may_and_a_route_is_an_operation() {
    for (_, file, text) in rooms().iter().filter(|(room, ..)| room == "http") {
        for word in ["web::Bytes", "web::Payload", "web::Json"] {
            assert!(!text.contains(word), "{file} has {word}: take a Body or an Incoming, behind who is calling");
        }
        for word in ["web::resource", "web::scope", "utoipa::path"] {
            assert!(file == "http/door.rs" || !text.contains(word), "{file} has {word}: a list of operations is the place of a route");
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

#[test]
fn the_domain_does_no_io_and_reads_no_time() {
    for (_, file, text) in rooms().iter().filter(|(room, ..)| room == "domain") {
        for word in ["async ", "tokio", "std::fs", "std::env", "::now()", "println!"] {
            assert!(!text.contains(word), "{file} has {word}");
        }
    }
}
