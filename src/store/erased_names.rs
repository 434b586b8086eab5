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
use super::{Reads, Tx};
use crate::domain::person::Person;
use crate::domain::privacy::{ERASED_NAME, without_names};
use crate::domain::search::folded;
use crate::domain::side::Side;
use crate::domain::ticket::EventKind;

/// Rows read at once.
const PAGE: u64 = 200;

/// Takes the name off what they signed: in person, and where the desk wrote their name down as a client's. `contracts` are those that serve
/// their organisation.
pub async fn signatures(tx: &Tx, of: &Person, contracts: &[String]) -> Result<(), DbErr> {
    let in_person = approval::Entity::update_many().col_expr(approval::Column::Name, Expr::value(ERASED_NAME));
    in_person.filter(approval::Column::ApproverId.eq(of.id)).exec(tx.connection()).await?;
    if has_namesake(tx, of).await? {
        return Ok(());
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
    let named: Vec<_> = written.into_iter().filter(|(_, name)| is_same(name, &of.name)).map(|(id, _)| id).collect();
    let erased = approval::Entity::update_many().col_expr(approval::Column::Name, Expr::value(ERASED_NAME));
    erased.filter(approval::Column::Id.is_in(named)).exec(tx.connection()).await.map(drop)
}

fn is_same(one: &str, other: &str) -> bool {
    folded(one.trim()) == folded(other.trim())
}

/// Whether somebody else of the organisation is called the same, so that a name alone says nothing.
async fn has_namesake(tx: &Tx, of: &Person) -> Result<bool, DbErr> {
    let names = tx.find::<person::Entity>().filter(person::Column::Organisation.eq(&of.organisation)).filter(person::Column::Id.ne(of.id));
    let names = names.filter(Expr::col(person::Column::SearchText).like(starting_with(&folded(of.name.trim())))).select_only();
    let names: Vec<String> = names.column(person::Column::Name).into_tuple().all(tx.connection()).await?;
    Ok(names.iter().any(|name| is_same(name, &of.name)))
}

/// Takes name and address out of the desk's letters to others.
pub async fn letters(tx: &Tx, of: &Person) -> Result<(), DbErr> {
    let names: Vec<&str> = [of.name.trim()].into_iter().chain(of.address()).filter(|name| !name.is_empty()).collect();
    let holds =
        |column: outbound_mail::Column| names.iter().fold(Condition::any(), |any, name| any.add(Expr::col(column).like(containing(name))));
    let theirs = Condition::any().add(holds(outbound_mail::Column::Subject)).add(holds(outbound_mail::Column::Body));
    let letters =
        || tx.find::<outbound_mail::Entity>().filter(outbound_mail::Column::Organisation.eq(&of.organisation)).filter(theirs.clone());
    let mut last = Uuid::nil();
    loop {
        let page = letters().filter(outbound_mail::Column::Id.gt(last)).select_only();
        let page = page.columns([outbound_mail::Column::Id, outbound_mail::Column::Subject, outbound_mail::Column::Body]);
        let page: Vec<(Uuid, String, String)> =
            page.order_by_asc(outbound_mail::Column::Id).limit(PAGE).into_tuple().all(tx.connection()).await?;
        let Some((id, ..)) = page.last() else { return Ok(()) };
        last = *id;
        for (id, subject, body) in page {
            let letter = outbound_mail::Entity::update_many()
                .col_expr(outbound_mail::Column::Subject, Expr::value(without_names(&subject, &names)))
                .col_expr(outbound_mail::Column::Body, Expr::value(without_names(&body, &names)));
            letter.filter(outbound_mail::Column::Id.eq(id)).exec(tx.connection()).await?;
        }
    }
}

/// Takes them out of whose hands tickets of their organisation are or were in: an address is theirs, a name only where nobody of the desk has
/// it, too. Returns those tickets.
pub async fn assignments(tx: &Tx, of: &Person) -> Result<BTreeSet<Uuid>, DbErr> {
    let mut names: Vec<String> = of.address().map(str::to_owned).into_iter().collect();
    if !is_of_the_desk(tx, &of.name).await? {
        names.push(of.name.trim().to_owned());
    }
    let is_theirs = |text: &Value| text.as_str().is_some_and(|text| names.iter().any(|name| is_same(text, name)));
    let (mut last, mut tickets) = (Uuid::nil(), BTreeSet::new());
    loop {
        let page = paged(assigned(tx, of), event::Column::Id, last).all(tx.connection()).await?;
        let Some(row) = page.last() else { break };
        last = row.id;
        for row in page.into_iter().filter(|row| is_theirs(&row.data["assignee"])) {
            tickets.insert(row.subject_id);
            let mut data = row.data;
            data["assignee"] = Value::from(ERASED_NAME);
            let kept = event::Entity::update_many().col_expr(event::Column::Data, Expr::value(data));
            kept.filter(event::Column::Id.eq(row.id)).exec(tx.connection()).await?;
        }
    }
    let in_hand = tx.find::<ticket::Entity>().filter(ticket::Column::Organisation.eq(&of.organisation));
    let in_hand = in_hand.filter(ticket::Column::Assignee.is_not_null()).select_only();
    let assignees: Vec<String> = in_hand.column(ticket::Column::Assignee).distinct().into_tuple().all(tx.connection()).await?;
    let theirs = assignees.into_iter().filter(|assignee| names.iter().any(|name| is_same(assignee, name)));
    let taken = ticket::Entity::update_many().col_expr(ticket::Column::Assignee, Expr::value(Some(ERASED_NAME)));
    let taken = taken.filter(ticket::Column::Organisation.eq(&of.organisation)).filter(ticket::Column::Assignee.is_in(theirs));
    taken.exec(tx.connection()).await?;
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
