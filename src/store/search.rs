//! Search: the words of tickets, folded here so that both databases find the same.
//!
//! A word is a run of letters and figures in small letters, without accents and ligatures. The database is handed words and
//! asked for words; its own reading of a language, and the syntax of its queries, are kept out of it.

use std::collections::HashSet;

use entity::ticket;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, Statement};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::tickets::{ExternalReference, references};
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx};
use crate::domain::ticket::Ticket;

/// The longest word kept, in characters: longer ones are cut, in what is asked too.
const LONGEST: usize = 100;
/// Room for the words of one ticket, in bytes: PostgreSQL takes a mebibyte.
const ROOM: usize = 500_000;
/// Tickets written in one statement.
const AT_ONCE: usize = 500;
/// As many tickets as are named one by one.
const FEW: usize = 1000;

/// Words to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    whole: Vec<String>,
    begun: String,
}

impl Words {
    /// What a reader typed: every word must be found, the last by its beginning. `None` when there is no word in it.
    pub fn asked(text: &str) -> Option<Self> {
        let mut words = parted(text);
        let begun = words.pop()?;
        Some(Self { whole: words, begun })
    }
}

/// A text without capitals, accents and ligatures, the same on both databases.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().nfkd().filter(|sign| !is_combining_mark(*sign)).collect()
}

fn parted(text: &str) -> Vec<String> {
    let folded = folded(text);
    let words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(LONGEST).collect()).collect()
}

/// Keeps the words of a ticket's number, texts and names elsewhere; to be done in the transaction that changes one of them.
pub async fn put(tx: &Tx, ticket: &Ticket) -> Result<(), DbErr> {
    let names: Vec<_> = references(tx, &[ticket.id]).await?.into_iter().map(|(_, name)| name).collect();
    write(tx, &[(ticket.number, words_of(ticket, &names))]).await
}

/// The same for new tickets with what they are called elsewhere.
pub async fn put_new<'a>(tx: &Tx, named: impl Iterator<Item = (&'a Ticket, &'a [ExternalReference])>) -> Result<(), DbErr> {
    let rows: Vec<_> = named.map(|(ticket, names)| (ticket.number, words_of(ticket, names))).collect();
    write(tx, &rows).await
}

fn words_of(ticket: &Ticket, names: &[ExternalReference]) -> String {
    let number = ticket.reference();
    let names = names.iter().flat_map(|name| [name.system.as_str(), name.reference.as_str()]);
    let texts = [number.as_str(), &ticket.title].into_iter().chain(names).chain([ticket.description.as_str()]);
    kept(texts.flat_map(parted))
}

async fn write(tx: &Tx, rows: &[(i64, String)]) -> Result<(), DbErr> {
    for some in rows.chunks(AT_ONCE) {
        let sql = match tx.backend() {
            Backend::Postgres => {
                let row = |at: usize| format!("(${}, array_to_tsvector(string_to_array(${}, ' ')))", 2 * at + 1, 2 * at + 2);
                let rows: Vec<_> = (0..some.len()).map(row).collect();
                format!(
                    "INSERT INTO ticket_search (number, words) VALUES {} ON CONFLICT (number) DO UPDATE SET words = excluded.words",
                    rows.join(", ")
                )
            }
            Backend::Sqlite => {
                format!("INSERT OR REPLACE INTO ticket_search (rowid, words) VALUES {}", vec!["(?, ?)"; some.len()].join(", "))
            }
        };
        let values = some.iter().flat_map(|(number, words)| [sea_orm::Value::from(*number), words.as_str().into()]);
        tx.connection().execute_raw(Statement::from_sql_and_values(tx.backend().into(), sql, values)).await?;
    }
    Ok(())
}

/// The words in a row, each once, as many as there is room for.
fn kept(words: impl Iterator<Item = String>) -> String {
    let (mut seen, mut room) = (HashSet::new(), ROOM);
    let fits = words.filter(|word| seen.insert(word.clone())).take_while(|word| {
        let left = room.checked_sub(word.len() + 1);
        room = left.unwrap_or(room);
        left.is_some()
    });
    fits.collect::<Vec<_>>().join(" ")
}

/// The condition that a ticket has these words.
///
/// No database knows beforehand how often a word occurs, and each plan is a disaster for the other case. So the search is asked
/// first for as many as are few: those are named one by one, and found by their numbers whatever the list is sorted by. Words
/// of more tickets than that are looked up ticket by ticket on the way through the list, where enough have them.
pub(super) async fn condition(reads: &impl Reads, words: &Words) -> Result<Expr, DbErr> {
    let backend = reads.connection().get_database_backend();
    let (number, of, query) = match backend {
        DbBackend::Postgres => ("number", "words @@ CAST($1 AS tsquery)", words.as_tsquery()),
        _ => ("rowid", "ticket_search MATCH ?", words.as_match()),
    };
    let search = format!("SELECT {number} AS number FROM ticket_search WHERE {of}");
    let few = Statement::from_sql_and_values(backend, format!("{search} LIMIT {}", FEW + 1), [query.clone().into()]);
    let rows = reads.connection().query_all_raw(few).await?;
    if rows.len() > FEW {
        return Ok(Expr::cust_with_values(format!("ticket.number IN ({search})"), [query]));
    }
    let numbers = rows.iter().map(|row| row.try_get::<i64>("", "number")).collect::<Result<Vec<_>, _>>()?;
    Ok(ticket::Column::Number.is_in(numbers))
}

impl Words {
    /// As PostgreSQL asks. They are letters and figures alone, so that quoting them is enough.
    fn as_tsquery(&self) -> String {
        let whole = self.whole.iter().map(|word| format!("'{word}'"));
        whole.chain([format!("'{}':*", self.begun)]).collect::<Vec<_>>().join(" & ")
    }

    /// As SQLite asks.
    fn as_match(&self) -> String {
        let whole = self.whole.iter().map(|word| format!("\"{word}\""));
        whole.chain([format!("\"{}\"*", self.begun)]).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_parted() {
        let table: [(&str, &[&str]); 7] = [
            ("Coördinatie café", &["coordinatie", "cafe"]),
            ("co\u{f6}rdinatie CO\u{4f}\u{308}RDINATIE", &["coordinatie", "coordinatie"]),
            ("\u{132}SSEL \u{133}s", &["ijssel", "ijs"]),
            ("INC-1001: auto's, 's nachts", &["inc", "1001", "auto", "s", "s", "nachts"]),
            ("anna@ipo.example", &["anna", "ipo", "example"]),
            ("\"*()^:' AND -", &["and"]),
            (" \u{0} ", &[]),
        ];
        for (text, words) in table {
            assert_eq!(parted(text), words, "{text}");
        }
        assert_eq!(Words::asked(" -- "), None);
    }

    #[test]
    fn a_text_of_any_length_fits() {
        let text = (0..200_000).fold(String::new(), |text, n| text + &format!("woord{n} "));
        let kept = kept(parted(&text).into_iter());
        assert!(kept.starts_with("woord0 woord1 ") && kept.len() <= ROOM);
        assert_eq!(parted(&"\u{e9}".repeat(1000)), ["e".repeat(LONGEST)]);
    }
}
