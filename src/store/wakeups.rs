//! Word between processes on one PostgreSQL that something was committed. Nothing's correctness rests on it: a word that
//! is lost costs a moment, and on SQLite there is none.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement};

use super::{Backend, Db};

const CHANNEL: &str = "uurwerk";

/// A connection on which the word of other processes arrives.
pub struct Ear {
    listener: PgListener,
    me: String,
}

/// Passes the word, outside every transaction; `me` is who passes it.
pub async fn tell(db: &Db, me: &str) -> Result<(), DbErr> {
    if db.backend() == Backend::Postgres {
        let word = Statement::from_sql_and_values(Backend::Postgres.into(), "SELECT pg_notify($1, $2)", [CHANNEL.into(), me.into()]);
        db.migrating().query_one_raw(word).await?;
    }
    Ok(())
}

/// Listens for the word of others than `me`; `None` where none is passed.
pub async fn listen(db: &Db, me: &str) -> Result<Option<Ear>, DbErr> {
    if db.backend() != Backend::Postgres {
        return Ok(None);
    }
    let mut listener = PgListener::connect_with(db.migrating().get_postgres_connection_pool()).await.map_err(unheard)?;
    listener.listen(CHANNEL).await.map_err(unheard)?;
    Ok(Some(Ear { listener, me: me.to_owned() }))
}

impl Ear {
    /// Waits until something may have been committed: a word came, or the connection was lost and words with it.
    pub async fn hears(&mut self) -> Result<(), DbErr> {
        while let Some(word) = self.listener.try_recv().await.map_err(unheard)? {
            if word.payload() != self.me {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn unheard(error: sea_orm::sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
