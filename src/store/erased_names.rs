//! Where else the name or the address of an erased person is kept as text, beside their own row: signatures, letters of the desk to others, and
//! whose hands a ticket was in. Each such text is replaced; that there was one stays.
//!
//! Left as it is: what people wrote themselves (titles, descriptions, messages, reasons), which is redacted by itself, and texts of contracts.

use std::collections::BTreeSet;

use entity::{
    account, approval, calendar_amendment, destruction, event, local_account, outbound_mail, person, redaction, role_assignment, ticket,
};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use serde_json::Value;
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::former::Known;
use crate::domain::person::Person;
use crate::domain::privacy::{ERASED_NAME, without_names};
use crate::domain::search::folded;
use crate::domain::side::Side;
use crate::domain::ticket::EventKind;

/// Rows read at once.
const PAGE: u64 = 200;

/// Tickets named in one statement.
const AT_ONCE: usize = 1000;

/// Takes the name off what they signed: in person, and where the desk wrote their name down as a client's. `contracts` are those that serve
/// their organisation.
pub async fn signatures(tx: &Tx, known: &Known, contracts: &[String]) -> Result<(), DbErr> {
    let in_person = approval::Entity::update_many().col_expr(approval::Column::Name, Expr::value(ERASED_NAME));
    let of = &known.person;
    in_person.filter(approval::Column::ApproverId.eq(of.id)).exec(tx.connection()).await?;
    let mut names = known.names();
    for at in (0..names.len()).rev() {
        if has_namesake(tx, of, &names[at]).await? {
            names.remove(at);
        }
    }
    let roles = tx.find::<role_assignment::Entity>().filter(role_assignment::Column::Organisation.eq(&of.organisation));
    let roles = roles.select_only().column(role_assignment::Column::Id).into_query();
    let redactions = tx.find::<redaction::Entity>().filter(redaction::Column::Organisation.eq(&of.organisation));
    let redactions = redactions.select_only().column(redaction::Column::Id).into_query();
    let amended = tx.find_of_desk::<calendar_amendment::Entity>().filter(calendar_amendment::Column::Contract.is_in(contracts));
    let amended = amended.select_only().column(calendar_amendment::Column::Id).into_query();
    let destroyed = tx.find_of_desk::<destruction::Entity>().filter(destruction::Column::Contract.is_in(contracts));
    let destroyed = destroyed.select_only().column(destruction::Column::Id).into_query();
    let theirs = [roles, redactions, amended, destroyed];
    let theirs = theirs.into_iter().fold(Condition::any(), |any, ids| any.add(approval::Column::SubjectId.in_subquery(ids)));
    let written = tx.find_of_desk::<approval::Entity>().filter(approval::Column::ApproverId.is_null()).filter(theirs);
    let written = written.filter(approval::Column::Side.eq(Side::Client.as_str())).select_only();
    let written = written.columns([approval::Column::Id, approval::Column::Name]);
    let written: Vec<(Uuid, String)> = written.into_tuple().all(tx.connection()).await?;
    let theirs: Vec<_> =
        written.into_iter().filter(|(_, signed)| names.iter().any(|name| is_same(signed, name))).map(|(id, _)| id).collect();
    let erased = approval::Entity::update_many().col_expr(approval::Column::Name, Expr::value(ERASED_NAME));
    erased.filter(approval::Column::Id.is_in(theirs)).exec(tx.connection()).await.map(drop)
}

fn is_same(one: &str, other: &str) -> bool {
    folded(one.trim()) == folded(other.trim())
}

/// Whether somebody else of the organisation is called that, so that the name alone says nothing.
async fn has_namesake(tx: &Tx, of: &Person, name: &str) -> Result<bool, DbErr> {
    let names = tx.find::<person::Entity>().filter(person::Column::Organisation.eq(&of.organisation)).filter(person::Column::Id.ne(of.id));
    let names = names.filter(Expr::col(person::Column::SearchText).like(starting_with(&folded(name.trim())))).select_only();
    let names: Vec<String> = names.column(person::Column::Name).into_tuple().all(tx.connection()).await?;
    Ok(names.iter().any(|other| is_same(other, name)))
}

/// Takes names and addresses out of the desk's letters to others: of somebody of the desk, out of those to any client.
pub async fn letters(tx: &Tx, known: &Known) -> Result<(), DbErr> {
    let texts: Vec<_> = known.names().into_iter().chain(known.addresses.iter().map(|one| one.email.clone())).collect();
    let holds =
        |column: outbound_mail::Column| texts.iter().fold(Condition::any(), |any, text| any.add(Expr::col(column).like(containing(text))));
    let theirs = Condition::any().add(holds(outbound_mail::Column::Subject)).add(holds(outbound_mail::Column::Body));
    let of = &known.person;
    let theirs =
        Condition::all().add(theirs).add_option((!of.is_of_the_desk()).then(|| outbound_mail::Column::Organisation.eq(&of.organisation)));
    let mut last = Uuid::nil();
    loop {
        let page = tx.find::<outbound_mail::Entity>().filter(theirs.clone()).filter(outbound_mail::Column::Id.gt(last));
        let page = page.order_by_asc(outbound_mail::Column::Id).limit(PAGE).all(tx.connection()).await?;
        let Some(row) = page.last() else { return Ok(()) };
        last = row.id;
        for row in page {
            let texts = known.texts_at(instant(row.created_at));
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let letter = outbound_mail::Entity::update_many()
                .col_expr(outbound_mail::Column::Subject, Expr::value(without_names(&row.subject, &texts)))
                .col_expr(outbound_mail::Column::Body, Expr::value(without_names(&row.body, &texts)));
            letter.filter(outbound_mail::Column::Id.eq(row.id)).exec(tx.connection()).await?;
        }
    }
}

/// Takes them out of whose hands tickets of their organisation are or were in: an address is theirs while they had it, a name only where
/// nobody of the desk has it, too. Returns those tickets.
pub async fn assignments(tx: &Tx, known: &Known) -> Result<BTreeSet<Uuid>, DbErr> {
    let of = &known.person;
    let mut of_others = BTreeSet::new();
    for name in known.names() {
        if is_of_the_desk(tx, &name).await? {
            of_others.insert(name);
        }
    }
    let is_theirs = |text: &str, at: Instant| known.texts_at(at).iter().any(|theirs| !of_others.contains(theirs) && is_same(text, theirs));
    let (mut last, mut tickets, mut in_hand) = (Uuid::nil(), BTreeSet::new(), BTreeSet::new());
    loop {
        let page = paged(assigned(tx, of), event::Column::Id, last).all(tx.connection()).await?;
        let Some(row) = page.last() else { break };
        last = row.id;
        for row in page {
            if !row.data["assignee"].as_str().is_some_and(|text| is_theirs(text, instant(row.recorded_at))) {
                in_hand.remove(&row.subject_id);
                continue;
            }
            tickets.insert(row.subject_id);
            in_hand.insert(row.subject_id);
            let mut data = row.data;
            data["assignee"] = Value::from(ERASED_NAME);
            let kept = event::Entity::update_many().col_expr(event::Column::Data, Expr::value(data));
            kept.filter(event::Column::Id.eq(row.id)).exec(tx.connection()).await?;
        }
    }
    let in_hand: Vec<_> = in_hand.into_iter().collect();
    for ids in in_hand.chunks(AT_ONCE) {
        let taken = ticket::Entity::update_many().col_expr(ticket::Column::Assignee, Expr::value(Some(ERASED_NAME)));
        let taken = taken.filter(ticket::Column::Id.is_in(ids.iter().copied())).filter(ticket::Column::Assignee.is_not_null());
        taken.exec(tx.connection()).await?;
    }
    Ok(tickets)
}

fn assigned(tx: &Tx, of: &Person) -> Select<event::Entity> {
    let kinds = [EventKind::Assigned, EventKind::Unassigned].map(EventKind::as_str);
    let rows = tx.find::<event::Entity>().filter(event::Column::Organisation.eq(&of.organisation));
    rows.filter(event::Column::Kind.is_in(kinds))
}

fn paged<E: EntityTrait>(rows: Select<E>, id: E::Column, after: Uuid) -> Select<E> {
    rows.filter(id.gt(after)).order_by_asc(id).limit(PAGE)
}

/// Whether somebody of the desk is called that.
async fn is_of_the_desk(tx: &Tx, name: &str) -> Result<bool, DbErr> {
    let accounts = tx.find_of_desk::<account::Entity>().filter(account::Column::Organisation.is_null()).select_only();
    let accounts: Vec<String> = accounts.column(account::Column::Name).into_tuple().all(tx.connection()).await?;
    let local = tx.find_of_desk::<local_account::Entity>().select_only().column(local_account::Column::Name);
    let local: Vec<String> = local.into_tuple().all(tx.connection()).await?;
    Ok(accounts.iter().chain(&local).any(|known| is_same(known, name)))
}

fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn containing(text: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", literal(text))).escape('\\')
}

fn starting_with(text: &str) -> LikeExpr {
    LikeExpr::new(format!("{}%", literal(text))).escape('\\')
}
