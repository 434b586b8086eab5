//! Which tickets have all of some words, each in whichever of its texts.
//!
//! No database knows beforehand how often a word occurs, and the plan for a rare word is a disaster for a frequent one and the other way
//! round. So the search runs by itself first, and asks the index for one word after the other, until one has few hits: those are looked at
//! whole, and what has the other words as well is put in the query of the list by number, which is fast whatever the list is sorted by.
//! Where every word has many hits, two of them may still have few together. If not even that, the texts of each ticket are looked at on the
//! way through the list: that soon fills a page, because many tickets match.

use entity::ticket;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, Statement, Value};

use crate::domain::search::{Word, Words};
use crate::domain::ticket::Reader;
use crate::store::Reads;

/// Up to this many hits are put in the query by number.
const FEW: usize = 1000;
/// So many texts are looked at where few tickets seem to have a word in many of them.
const MANY: usize = 20 * FEW;
/// So many words are looked up one by one: each that has many hits costs the reading of some thousands of entries.
const TRIED: usize = 4;

/// The condition that a ticket has these words, in texts that the reader sees.
pub(in crate::store) async fn condition(reads: &impl Reads, reader: Reader, words: &Words) -> Result<Expr, DbErr> {
    let index = Index { reads, backend: reads.connection().get_database_backend(), reader };
    let words = words.rarest_first();
    let looked_up: Vec<_> = words.iter().copied().filter(|word| word.is_looked_up()).collect();
    let mut hits = None;
    for word in looked_up.iter().take(TRIED) {
        hits = index.with(word).await?;
        if hits.is_some() {
            break;
        }
    }
    if let (None, [first, second, ..]) = (&hits, &looked_up[..]) {
        hits = index.with_both(first, second).await?;
    }
    Ok(match hits {
        Some(numbers) if words.len() > 1 => ticket::Column::Number.is_in(index.with_all(&words, numbers).await?),
        Some(numbers) => ticket::Column::Number.is_in(numbers),
        None => index.on_the_way(&words),
    })
}

struct Index<'a, R> {
    reads: &'a R,
    backend: DbBackend,
    reader: Reader,
}

impl<R: Reads> Index<'_, R> {
    /// The tickets with a word; `None` when they are many.
    async fn with(&self, word: &Word) -> Result<Option<Vec<i64>>, DbErr> {
        let found = self.found_by(1);
        let rows = self.numbers(&format!("{found} LIMIT {}", FEW + 1), [self.asked(word).into()]).await?;
        let (count, numbers) = (rows.len(), distinct(rows));
        if count <= FEW {
            return Ok(Some(numbers));
        }
        // They may be many texts of few tickets, such as one on which the word stands in every message.
        if numbers.len() * 4 > count {
            return Ok(None);
        }
        let rows = self.numbers(&format!("{found} LIMIT {MANY}"), [self.asked(word).into()]).await?;
        Ok(if rows.len() < MANY { few(distinct(rows)) } else { None })
    }

    /// The tickets with both words; `None` when they are many.
    async fn with_both(&self, first: &Word, second: &Word) -> Result<Option<Vec<i64>>, DbErr> {
        let both = format!("{} INTERSECT {} LIMIT {}", self.found_by(1), self.found_by(2), FEW + 1);
        Ok(few(self.numbers(&both, [self.asked(first).into(), self.asked(second).into()]).await?))
    }

    /// Those of a few tickets that have all of the words.
    async fn with_all(&self, words: &[&Word], numbers: Vec<i64>) -> Result<Vec<i64>, DbErr> {
        let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let (among, list) = match self.backend {
            DbBackend::Postgres => ("number = ANY (CAST($1 AS bigint[]))", format!("{{{list}}}")),
            _ => ("number IN (SELECT value FROM json_each(?))", format!("[{list}]")),
        };
        let (seen, all) = (self.seen(), self.has_all(words.len(), 2));
        let sql = format!("SELECT number FROM ticket_search WHERE {among}{seen} GROUP BY number HAVING {all}");
        self.numbers(&sql, std::iter::once(list.into()).chain(self.sought(words))).await
    }

    /// That a ticket of the list has all of the words.
    fn on_the_way(&self, words: &[&Word]) -> Expr {
        let (seen, all) = (self.seen(), self.has_all(words.len(), 1));
        Expr::cust_with_values(format!("(SELECT {all} FROM ticket_search WHERE number = ticket.number{seen})"), self.sought(words))
    }

    /// Selects the tickets that the index has under a word, one row a text.
    fn found_by(&self, variable: usize) -> String {
        let found = match self.backend {
            DbBackend::Postgres => format!("SELECT number FROM ticket_search WHERE words @@ CAST(${variable} AS tsquery)"),
            // In this order: the table of words is the one that narrows.
            _ => "SELECT number FROM ticket_search_index CROSS JOIN ticket_search ON id = ticket_search_index.rowid \
                  WHERE ticket_search_index MATCH ?"
                .to_owned(),
        };
        found + self.seen()
    }

    /// Among the texts that the reader sees.
    fn seen(&self) -> &'static str {
        if self.reader.sees(false) { "" } else { " AND is_public" }
    }

    /// Whether each word stands in one of some rows. The words are so many variables, from the first on.
    fn has_all(&self, count: usize, first: usize) -> String {
        let has = |variable: usize| match self.backend {
            // Selected, it is made of its text once and not for every row.
            DbBackend::Postgres => format!("bool_or(words @@ (SELECT CAST(${variable} AS tsquery)))"),
            _ => "max(instr(words, ?) > 0)".to_owned(),
        };
        (first..first + count).map(has).collect::<Vec<_>>().join(" AND ")
    }

    /// The words as [`Self::has_all`] takes them.
    fn sought(&self, words: &[&Word]) -> Vec<Value> {
        let sought = |word: &&Word| match self.backend {
            DbBackend::Postgres => self.asked(word),
            _ => format!(" {}{}", word.text, if word.whole { " " } else { "" }),
        };
        words.iter().map(|word| sought(word).into()).collect()
    }

    /// A word as the index takes it. It holds only letters and digits, so quoting it is enough.
    fn asked(&self, word: &Word) -> String {
        let Word { text, whole } = word;
        match self.backend {
            DbBackend::Postgres => format!("'{text}'{}", if *whole { "" } else { ":*" }),
            _ => format!("\"{text}\"{}", if *whole { "" } else { "*" }),
        }
    }

    async fn numbers(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<i64>, DbErr> {
        let asked = Statement::from_sql_and_values(self.backend, sql, values);
        let rows = self.reads.connection().query_all_raw(asked).await?;
        rows.iter().map(|row| row.try_get("", "number")).collect()
    }
}

fn distinct(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn few(numbers: Vec<i64>) -> Option<Vec<i64>> {
    (numbers.len() <= FEW).then_some(numbers)
}
