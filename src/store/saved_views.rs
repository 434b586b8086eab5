//! Named choices of tickets that people of the desk saved.

use entity::saved_view::{ActiveModel, Column, Entity, Model};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::former::Known;
use crate::domain::privacy::without_names;
use crate::domain::saved_view::SavedView;

/// Those that somebody has: their own, and what is shared.
fn had_by(who: &str) -> Condition {
    Condition::any().add(Column::Owner.eq(who)).add(Column::IsShared.eq(true))
}

/// A page of what somebody has, by name.
pub async fn list(reads: &impl Reads, who: &str, after: Option<(&str, Uuid)>, limit: u64) -> Result<Vec<SavedView>, DbErr> {
    let mut rows = reads.find_of_desk::<Entity>().filter(had_by(who));
    if let Some((name, id)) = after {
        let row = Expr::tuple([Expr::col(Column::Name), Expr::col(Column::Id)]);
        rows = rows.filter(row.gt(Expr::tuple([Expr::val(name), Expr::val(id)])));
    }
    let rows = rows.order_by_asc(Column::Name).order_by_asc(Column::Id).limit(limit);
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

pub async fn find(reads: &impl Reads, who: &str, id: Uuid) -> Result<Option<SavedView>, DbErr> {
    let row = reads.find_of_desk::<Entity>().filter(had_by(who)).filter(Column::Id.eq(id));
    Ok(row.one(reads.connection()).await?.map(to_domain))
}

/// The same, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, who: &str, id: Uuid) -> Result<Option<SavedView>, DbErr> {
    let row = tx.find_of_desk::<Entity>().filter(had_by(who)).filter(Column::Id.eq(id)).lock_exclusive();
    Ok(row.one(tx.connection()).await?.map(to_domain))
}

pub async fn insert(tx: &Tx, view: &SavedView) -> Result<(), DbErr> {
    Entity::insert(row(view)).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn update(tx: &Tx, view: &SavedView) -> Result<(), DbErr> {
    Entity::update_many().set(row(view)).filter(Column::Id.eq(view.id)).exec(tx.connection()).await.map(drop)
}

pub async fn remove(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Removes what an erased person kept for themselves, and takes their names and addresses out of what others look for.
pub async fn erase(tx: &Tx, known: &Known) -> Result<(), DbErr> {
    let own = Column::Owner.eq(known.person.actor().as_text()).and(Column::IsShared.eq(false));
    Entity::delete_many().filter(own).exec(tx.connection()).await?;
    let texts: Vec<_> = known.names().into_iter().chain(known.addresses.iter().map(|one| one.email.clone())).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    // There are few, whatever the desk's age: gone through once.
    for view in tx.find_of_desk::<Entity>().all(tx.connection()).await?.into_iter().map(to_domain) {
        let (name, query) = (without_names(&view.name, &texts), query_without(&view.query, &texts));
        if (&name, &query) != (&view.name, &view.query) {
            update(tx, &SavedView { name, query, ..view }).await?;
        }
    }
    Ok(())
}

/// A query without these names, each of whose values stays as it was written where it holds none.
fn query_without(query: &str, names: &[&str]) -> String {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let said = percent_decode_str(&value.replace('+', " ")).decode_utf8().ok()?.into_owned();
        let kept = without_names(&said, names);
        (kept != said).then(|| format!("{key}={}", utf8_percent_encode(&kept, NON_ALPHANUMERIC)))
    };
    query.split('&').map(|one| pair(one).unwrap_or_else(|| one.to_owned())).collect::<Vec<_>>().join("&")
}

fn row(view: &SavedView) -> ActiveModel {
    ActiveModel {
        id: Set(view.id),
        owner: Set(view.owner.clone()),
        name: Set(view.name.clone()),
        query: Set(view.query.clone()),
        is_shared: Set(view.is_shared),
        created_at: Set(view.created_at.to_utc()),
        updated_at: Set(view.updated_at.to_utc()),
        version: Set(view.version),
    }
}

fn to_domain(row: Model) -> SavedView {
    SavedView {
        id: row.id,
        owner: row.owner,
        name: row.name,
        query: row.query,
        is_shared: row.is_shared,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
        version: row.version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_of_a_query_and_the_rest_stays_as_it_was_written() {
        for (query, kept) in [
            ("assignee=Ali+Aydin&state=new,active", "assignee=verwijderde%20persoon&state=new,active"),
            ("assignee=bob,Ali%20Aydin", "assignee=bob%2Cverwijderde%20persoon"),
            ("text=Alida&sort=-openedAt", "text=Alida&sort=-openedAt"),
        ] {
            assert_eq!(query_without(query, &["Ali Aydin", "Ali"]), kept);
        }
    }
}
