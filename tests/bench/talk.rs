//! What is said on tickets: words of which few are frequent and most are rare, as in any language.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement, Value};
use uuid::Uuid;

use crate::support::Desk;

/// Different words.
const WORDS: f64 = 60_000.0;
/// Rows in one statement.
const AT_ONCE: usize = 500;

/// An endless talk, the same each time.
#[derive(Default)]
pub struct Talk(u64);

/// A word by its rank: the first are the most frequent. All ranks have different ones.
fn word(rank: usize) -> String {
    const CONSONANTS: &[u8] = b"bcdfghjklmnprstvwz";
    const VOWELS: &[u8] = b"aeiou";
    // Ranks beside one another begin differently, and every word has three syllables.
    let mut left = (rank * 7919) % 60_013 + 8_100;
    let mut word = String::new();
    while left > 0 {
        let syllable = left % 90;
        word.push(char::from(CONSONANTS[syllable / 5]));
        word.push(char::from(VOWELS[syllable % 5]));
        left /= 90;
    }
    word
}

impl Talk {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).unwrap_or_default()) / f64::from(1_u32 << 31)
    }

    /// So many words.
    pub fn text(&mut self, words: usize) -> String {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is small and not below zero")]
        let rank = |at: f64| WORDS.powf(at) as usize - 1;
        (0..words).map(|_| word(rank(self.next()))).collect::<Vec<_>>().join(" ")
    }

    /// What people look for in it, each with its name.
    pub fn searches() -> Vec<(&'static str, String)> {
        let prefix = |rank: usize, length: usize| word(rank).chars().take(length).collect::<String>();
        vec![
            ("a number", "INC-10000421".to_owned()),
            ("a mail address", "p421@org21.example.nl".to_owned()),
            ("a word of ten tickets", "tiental1000042".to_owned()),
            ("a word of a quarter of the tickets", word(100)),
            ("a word of nearly every ticket", word(5)),
            ("three letters that many words begin with", prefix(300, 3)),
            ("a word of ten tickets and two frequent ones", format!("tiental1000042 {} {}", word(100), word(5))),
            ("two words, each of a quarter of the tickets", format!("{} {}", word(100), word(120))),
            ("a sentence of frequent words", format!("{} {} {} {} {}", word(3), word(30), word(60), word(100), word(120))),
            ("two words, each of half of the tickets, and of none together", "evenwoord onevenwoord".to_owned()),
        ]
    }

    /// Writes what is said on tickets into the index: their own words, who reported them, five messages of which one is a note, and a
    /// solution.
    pub async fn fill(&mut self, desk: &Desk, numbers: std::ops::Range<i64>) {
        let sql = Database::connect(ConnectOptions::new(&desk.database).max_connections(1).sqlx_logging(false).to_owned())
            .await
            .expect("a writer");
        let mut rows: Vec<Row> = Vec::new();
        for number in numbers.clone() {
            let parity = if number % 2 == 0 { "evenwoord" } else { "onevenwoord" };
            let own = [
                format!("inc {number} {parity} tiental{} {}", number / 10, self.text(25)),
                format!("p{0} org{1} example nl anna{0}", number % 20_000, number % 50),
            ];
            let said = [50, 50, 50, 50, 50, 15].map(|words| self.text(words));
            rows.extend((0..).zip(own.into_iter().chain(said)).map(|(place, words)| Row { number, place, is_public: place != 4, words }));
            if rows.len() > 50_000 || number + 1 == numbers.end {
                write(&sql, &std::mem::take(&mut rows)).await;
            }
        }
        sql.close().await.expect("it closes");
        let statements = if desk.database.starts_with("sqlite") {
            ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]
        } else {
            ["VACUUM ANALYZE", "CHECKPOINT"]
        };
        for statement in statements {
            desk.execute(statement).await;
        }
    }
}

struct Row {
    number: i64,
    place: i64,
    is_public: bool,
    words: String,
}

async fn write(sql: &sea_orm::DatabaseConnection, rows: &[Row]) {
    let backend = sql.get_database_backend();
    sql.execute_unprepared(if backend == DbBackend::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }).await.expect("a transaction");
    for some in rows.chunks(AT_ONCE) {
        let row = |at: usize| {
            if backend == DbBackend::Postgres {
                let words = format!("array_to_tsvector(string_to_array(${}, ' '))", 5 * at + 5);
                format!("(${} + 0 * ${}, ${}, ${}, {words})", 5 * at + 1, 5 * at + 2, 5 * at + 3, 5 * at + 4)
            } else {
                let id = format!("(${} << 20) + 2 * ${} + (NOT ${})", 5 * at + 1, 5 * at + 2, 5 * at + 3);
                format!("({id}, ${}, ' ' || ${} || ' ')", 5 * at + 4, 5 * at + 5)
            }
        };
        let columns = if backend == DbBackend::Postgres { "number, is_public, source, words" } else { "id, source, words" };
        let texts = (0..some.len()).map(row).collect::<Vec<_>>().join(", ");
        let values = some.iter().flat_map(|row| -> [Value; 5] {
            let words: std::collections::BTreeSet<_> = row.words.split(' ').collect();
            let words = words.into_iter().collect::<Vec<_>>().join(" ");
            [row.number.into(), row.place.into(), row.is_public.into(), Uuid::new_v4().into(), words.into()]
        });
        let insert = format!("INSERT INTO ticket_search ({columns}) VALUES {texts}");
        sql.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await.expect("rows");
    }
    sql.execute_unprepared("COMMIT").await.expect("a commit");
}
