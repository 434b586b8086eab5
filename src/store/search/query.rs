//! Which tickets have all of some words, each in whichever of its texts.
//!
//! No database knows beforehand how often a word occurs, and the plan for a rare word is a disaster for a frequent one and the other way
//! round. So the search runs by itself first, and looks up one word after the other, until one is on few tickets: the texts of those are
//! looked at, and what has the other words as well is put in the query of the list by number, which is fast whatever the list is sorted by.
//! Where every word is on many tickets, the texts of each ticket are looked at on the way through the list: that soon fills a page, if many
//! tickets have all of the words. Whether they do is told by the first tickets with the rarest of them. If they do not, all tickets with the
//! two rarest words are gathered, which costs as much as those words are frequent.

use entity::ticket;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, Statement, Value};

use crate::domain::search::{Word, Words};
use crate::domain::ticket::Reader;
use crate::store::Reads;

/// A list is gone through where one in so many tickets has all of the words.
const SPARSE: i64 = 200;
/// Up to this many tickets are put in the query by number.
const FEW: usize = 1000;
/// So many texts are looked at where few tickets seem to have a word in many of them.
const MANY: usize = 20 * FEW;
/// A word that half of so many of the newest texts have is frequent.
const NEWEST: usize = 100;
/// So many words are looked up. A beginning of many words costs the reading of all that the index has under them.
const TRIED: usize = 4;

/// The condition that a ticket has these words, in texts that the reader sees.
pub(in crate::store) async fn condition(reads: &impl Reads, reader: Reader, words: &Words) -> Result<Expr, DbErr> {
    let index = Index { reads, backend: reads.connection().get_database_backend(), reader };
    let words = words.rarest_first();
    Ok(match index.narrowed(&words).await? {
        Some(numbers) if words.len() > 1 => ticket::Column::Number.is_in(index.with_all(&words, &numbers).await?),
        Some(numbers) => ticket::Column::Number.is_in(numbers),
        None => index.on_the_way(&words),
    })
}

struct Index<'a, R> {
    reads: &'a R,
    backend: DbBackend,
    reader: Reader,
}

/// The tickets with a word.
enum Hits {
    Few(Vec<i64>),
    /// The first of them, which reach the further the rarer the word is.
    Many(Vec<i64>),
}

/// From the lowest to the highest of some numbers in order.
fn reach(numbers: &[i64]) -> i64 {
    numbers.last().zip(numbers.first()).map_or(0, |(last, first)| last - first + 1)
}

impl<R: Reads> Index<'_, R> {
    /// Few tickets among which are all that have the words; `None` when there are no such.
    async fn narrowed(&self, words: &[&Word]) -> Result<Option<Vec<i64>>, DbErr> {
        let mut frequent = Vec::new();
        for word in words.iter().copied().filter(|word| word.is_looked_up()).take(TRIED) {
            match self.with(word).await? {
                Hits::Few(numbers) => return Ok(Some(numbers)),
                Hits::Many(first) => frequent.push((first, word)),
            }
        }
        frequent.sort_by_key(|(first, _)| std::cmp::Reverse(reach(first)));
        let [(first, one), (_, other), ..] = &frequent[..] else { return Ok(None) };
        let matches = self.with_all(words, first).await?.len();
        if i64::try_from(matches).unwrap_or(i64::MAX).saturating_mul(SPARSE) >= reach(first) {
            return Ok(None);
        }
        self.with_both(one, other).await
    }

    async fn with(&self, word: &Word) -> Result<Hits, DbErr> {
        // SQLite gathers all that it has under the words of a beginning before it gives the first, and of a whole word it does not.
        if self.backend == DbBackend::Sqlite && !word.whole {
            let whole = self.looked_up(&Word { text: word.text.clone(), whole: true }).await?;
            if matches!(whole, Hits::Many(_)) {
                return Ok(whole);
            }
        }
        self.looked_up(word).await
    }

    async fn looked_up(&self, word: &Word) -> Result<Hits, DbErr> {
        if self.backend == DbBackend::Postgres
            && let Some(first) = self.in_the_newest(word).await?
        {
            return Ok(Hits::Many(first));
        }
        let found = self.found_by(1);
        let mut numbers = self.numbers(&format!("{found} LIMIT {}", FEW + 1), [self.asked(word).into()]).await?;
        if numbers.len() <= FEW {
            return Ok(Hits::Few(distinct(numbers)));
        }
        numbers = distinct(numbers);
        // They may be many texts of few tickets, such as one on which the word stands in every message.
        if numbers.len() * 4 > FEW {
            return Ok(Hits::Many(numbers));
        }
        let texts = self.numbers(&format!("{found} LIMIT {MANY}"), [self.asked(word).into()]).await?;
        let is_whole = texts.len() < MANY;
        let mut numbers = distinct(texts);
        numbers.truncate(FEW + 1);
        Ok(if is_whole && numbers.len() <= FEW { Hits::Few(numbers) } else { Hits::Many(numbers) })
    }

    /// The newest tickets with a frequent word; `None` when the index must be asked. `PostgreSQL` gathers all that its index has under a word
    /// before it gives the first.
    async fn in_the_newest(&self, word: &Word) -> Result<Option<Vec<i64>>, DbErr> {
        let filter = if self.reader.sees(false) { "" } else { " WHERE is_public" };
        let among = async |texts: usize| {
            let newest = format!("SELECT number, words FROM ticket_search{filter} ORDER BY number DESC LIMIT {texts}");
            let sql = format!("SELECT number FROM ({newest}) AS newest WHERE words @@ CAST($1 AS tsquery)");
            self.numbers(&sql, [self.asked(word).into()]).await
        };
        if among(NEWEST).await?.len() * 2 < NEWEST {
            return Ok(None);
        }
        let numbers = distinct(among(2 * FEW).await?);
        Ok((numbers.len() * 4 > FEW).then_some(numbers))
    }

    /// The tickets with both words; `None` when they are many.
    async fn with_both(&self, first: &Word, second: &Word) -> Result<Option<Vec<i64>>, DbErr> {
        let both = format!("{} INTERSECT {} LIMIT {}", self.found_by(1), self.found_by(2), FEW + 1);
        let numbers = self.numbers(&both, [self.asked(first).into(), self.asked(second).into()]).await?;
        Ok((numbers.len() <= FEW).then_some(numbers))
    }

    /// Those of a few tickets that have all of the words.
    async fn with_all(&self, words: &[&Word], numbers: &[i64]) -> Result<Vec<i64>, DbErr> {
        let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let (list, few) = match self.backend {
            DbBackend::Postgres => (format!("{{{list}}}"), "unnest(CAST($1 AS bigint[])) AS few (number)"),
            _ => (format!("[{list}]"), "(SELECT value AS number FROM json_each(?)) AS few"),
        };
        let (texts, all) = (self.texts_of("few"), self.has_all(words.len(), 2));
        let sql = format!("SELECT few.number FROM {few} CROSS JOIN ticket_search WHERE {texts} GROUP BY few.number HAVING {all}");
        self.numbers(&sql, std::iter::once(list.into()).chain(self.sought(words))).await
    }

    /// That a ticket of the list has all of the words.
    fn on_the_way(&self, words: &[&Word]) -> Expr {
        let (texts, all) = (self.texts_of("ticket"), self.has_all(words.len(), 1));
        Expr::cust_with_values(format!("(SELECT {all} FROM ticket_search WHERE {texts})"), self.sought(words))
    }

    /// Selects the tickets that the index has under a word, one row a text.
    fn found_by(&self, variable: usize) -> String {
        let found = match self.backend {
            DbBackend::Postgres => format!("SELECT number FROM ticket_search WHERE words @@ CAST(${variable} AS tsquery)"),
            _ => "SELECT rowid >> 20 AS number FROM ticket_search_index WHERE ticket_search_index MATCH ?".to_owned(),
        };
        found + &self.seen("rowid")
    }

    /// The rows of a ticket.
    fn texts_of(&self, ticket: &str) -> String {
        let texts = match self.backend {
            DbBackend::Postgres => format!("ticket_search.number = {ticket}.number"),
            _ => format!("ticket_search.id >= {ticket}.number << 20 AND ticket_search.id < ({ticket}.number + 1) << 20"),
        };
        texts + &self.seen("ticket_search.id")
    }

    /// Among the texts that the reader sees; on SQLite by the id of the row.
    fn seen(&self, id: &str) -> String {
        match self.backend {
            _ if self.reader.sees(false) => String::new(),
            DbBackend::Postgres => " AND is_public".to_owned(),
            _ => format!(" AND {id} & 1 = 0"),
        }
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
