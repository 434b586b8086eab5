//! Search for tickets by words, which `domain::search` folds so that both databases find the same.
//!
//! The database only gets plain words: its stemming and its query syntax stay out of it.

use std::collections::HashSet;

use entity::ticket;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, Statement};

use super::tickets::references;
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx};
use crate::domain::search::{Words, parted};
use crate::domain::ticket::ExternalReference;
use crate::domain::ticket::Ticket;

/// The most bytes of words kept for one ticket: a `tsvector` of PostgreSQL holds at most a mebibyte.
const ROOM: usize = 500_000;
/// Tickets written in one statement: two variables each.
const AT_ONCE: usize = 500;
/// Up to this many hits are put in the query by number.
const FEW: usize = 1000;

/// Indexes a ticket's number, texts and external references. To be called in the transaction that changes one of them.
pub async fn put(tx: &Tx, ticket: &Ticket) -> Result<(), DbErr> {
    let names: Vec<_> = references(tx, &[ticket.id]).await?.into_iter().map(|(_, name)| name).collect();
    write(tx, &[(ticket.number, words_of(ticket, &names))]).await
}

/// Takes a ticket out of the index.
pub async fn remove(tx: &Tx, number: i64) -> Result<(), DbErr> {
    let sql = match tx.backend() {
        Backend::Postgres => "DELETE FROM ticket_search WHERE number = $1",
        Backend::Sqlite => "DELETE FROM ticket_search WHERE rowid = ?",
    };
    tx.connection().execute_raw(Statement::from_sql_and_values(tx.backend().into(), sql, [number.into()])).await.map(drop)
}

/// The same for new tickets, with their external references.
pub async fn put_new<'a>(tx: &Tx, named: impl Iterator<Item = (&'a Ticket, &'a [ExternalReference])>) -> Result<(), DbErr> {
    let rows: Vec<_> = named.map(|(ticket, names)| (ticket.number, words_of(ticket, names))).collect();
    write(tx, &rows).await
}

fn words_of(ticket: &Ticket, names: &[ExternalReference]) -> String {
    let number = ticket.reference();
    let names = names.iter().flat_map(|name| [name.system.as_str(), name.reference.as_str()]);
    let texts = [number.as_str(), &ticket.title].into_iter().chain(names).chain([ticket.description.as_str()]);
    fitted(texts.flat_map(parted))
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

/// The words in one text, each once, as many as there is room for.
fn fitted(words: impl Iterator<Item = String>) -> String {
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
/// No database knows beforehand how often a word occurs, and the plan for a rare word is a disaster for a frequent one and the other way
/// round. So the search runs by itself first, up to `FEW` hits. A few hits are put in the query by number, which is fast whatever the list
/// is sorted by. More than that are left to a subquery, which the database checks ticket by ticket on its way through the list: it soon
/// fills a page, because many tickets match.
pub(super) async fn condition(reads: &impl Reads, words: &Words) -> Result<Expr, DbErr> {
    let backend = reads.connection().get_database_backend();
    let (number, of, query) = match backend {
        DbBackend::Postgres => ("number", "words @@ CAST($1 AS tsquery)", as_tsquery(words)),
        _ => ("rowid", "ticket_search MATCH ?", as_match(words)),
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

/// Words hold only letters and digits, so quoting them is enough.
fn as_tsquery(words: &Words) -> String {
    let whole = words.whole.iter().map(|word| format!("'{word}'"));
    whole.chain([format!("'{}':*", words.begun)]).collect::<Vec<_>>().join(" & ")
}

fn as_match(words: &Words) -> String {
    let whole = words.whole.iter().map(|word| format!("\"{word}\""));
    whole.chain([format!("\"{}\"*", words.begun)]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_fits() {
        let text = (0..200_000).fold(String::new(), |text, n| text + &format!("woord{n} "));
        let kept = fitted(parted(&text).into_iter());
        assert!(kept.starts_with("woord0 woord1 ") && kept.len() <= ROOM);
    }
}
