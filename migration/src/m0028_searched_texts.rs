//! The index of searches has a row for each text by which a ticket is found. It is written by the program, which folds words as no database
//! does: this step lists the tickets it is to be written for. What was folded before and stands in other tables is folded further here, letter
//! by letter.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

const POSTGRES: [&str; 4] = [
    "DROP TABLE ticket_search",
    "CREATE TABLE ticket_search (number BIGINT NOT NULL, source UUID NOT NULL, is_public BOOLEAN NOT NULL, words TSVECTOR NOT NULL, \
     PRIMARY KEY (number, source))",
    "CREATE INDEX i_ticket_search_source ON ticket_search (source)",
    "CREATE INDEX i_ticket_search_words ON ticket_search USING GIN (words)",
];

/// An id has in it the number of the ticket, and whether the client sees the text. The tokenizer only splits at spaces, which stand before
/// and after every word. A removal names the words that it removes, so triggers give the index those of the row.
const SQLITE: [&str; 7] = [
    "DROP TABLE ticket_search",
    "CREATE TABLE ticket_search (id INTEGER PRIMARY KEY, source BLOB NOT NULL, words TEXT NOT NULL)",
    "CREATE INDEX i_ticket_search_source ON ticket_search (source)",
    "CREATE VIRTUAL TABLE ticket_search_index USING fts5(words, content = 'ticket_search', content_rowid = 'id', detail = none, \
     tokenize = 'ascii')",
    "CREATE TRIGGER ticket_search_added AFTER INSERT ON ticket_search BEGIN \
     INSERT INTO ticket_search_index (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER ticket_search_removed AFTER DELETE ON ticket_search BEGIN \
     INSERT INTO ticket_search_index (ticket_search_index, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER ticket_search_replaced AFTER UPDATE OF words ON ticket_search BEGIN \
     INSERT INTO ticket_search_index (ticket_search_index, rowid, words) VALUES ('delete', old.id, old.words); \
     INSERT INTO ticket_search_index (rowid, words) VALUES (new.id, new.words); END",
];

const LIST: &str = "INSERT INTO search_backlog (ticket_id) SELECT id FROM ticket WHERE destroyed_at IS NULL";

/// As `domain::search` folds them.
const LETTERS: [(char, &str); 12] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ı', "i"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ŋ', "n"),
];

fn folded(column: &str) -> String {
    LETTERS.iter().fold(column.to_owned(), |text, (letter, instead)| format!("replace({text}, '{letter}', '{instead}')"))
}

/// Two accounts keep their names as they are where those would become one.
fn further() -> [String; 2] {
    let (own, others) = (folded("folded_name"), folded("other.folded_name"));
    let text = folded("search_text");
    [
        format!("UPDATE person SET search_text = {text} WHERE search_text <> {text}"),
        format!(
            "UPDATE local_account SET folded_name = {own} WHERE folded_name <> {own} AND NOT EXISTS (SELECT 1 FROM local_account AS other \
             WHERE other.id <> local_account.id AND other.closed_at IS NULL AND {others} = {})",
            folded("local_account.folded_name")
        ),
    ]
}

/// As they were made before, empty: the program that reads them writes them when a ticket changes.
const POSTGRES_BEFORE: [&str; 3] = [
    "DROP TABLE ticket_search",
    "CREATE TABLE ticket_search (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX i_ticket_search_words ON ticket_search USING GIN (words)",
];

const SQLITE_BEFORE: [&str; 3] = [
    "DROP TABLE ticket_search_index",
    "DROP TABLE ticket_search",
    "CREATE VIRTUAL TABLE ticket_search USING fts5(words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let own: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &POSTGRES,
            _ => &SQLITE,
        };
        make(manager, Vec::new(), own).await?;
        // Whoever migrates has told PostgreSQL the desk's own scope, so that the policies let these rows by.
        make(manager, vec![table("search_backlog", vec![uuid("ticket_id")])], &[LIST]).await?;
        make(manager, Vec::new(), &further().each_ref().map(String::as_str)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["search_backlog"]).await?;
        let before: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &POSTGRES_BEFORE,
            _ => &SQLITE_BEFORE,
        };
        make(manager, Vec::new(), before).await
    }
}
