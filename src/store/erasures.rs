//! Erasing a person: what names them in rows is replaced or emptied, and the rows stay, so that every figure does.

use std::collections::BTreeMap;

use entity::{erasure, event, inbound_mail, outbound_mail, person, ticket, token};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoCondition, LikeExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::inbound::MADE_UP;
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, accounts, events, instant, messages, storage};
use crate::domain::Instant;
use crate::domain::address::made_up;
use crate::domain::former::{Known, Tenure};
use crate::domain::history::SubjectKind;
use crate::domain::mail::{MailOutcome, MailState};
use crate::domain::person::Person;
use crate::domain::privacy::{ERASED_NAME, Erasure};
use crate::domain::subjects::AnyEvent;
use crate::domain::ticket::Reader;

/// Events read at once.
const PAGE: u64 = 500;

/// Mails named in one statement.
const AT_ONCE: usize = 1000;

/// Takes a person's name, address and number out of their row.
pub async fn person(tx: &Tx, id: Uuid, now: Instant) -> Result<(), DbErr> {
    let erased = person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(ERASED_NAME))
        .col_expr(person::Column::Email, Expr::value(made_up(id)))
        .col_expr(person::Column::Phone, Expr::value(None::<String>))
        .col_expr(person::Column::IsShared, Expr::value(false))
        .col_expr(person::Column::LeftAt, Expr::col(person::Column::LeftAt).if_null(Expr::value(Some(now.to_utc()))))
        .col_expr(person::Column::SearchText, Expr::value(""))
        .col_expr(person::Column::ErasedAt, Expr::value(Some(now.to_utc())));
    erased.filter(person::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// The PostgreSQL advisory lock between erasures and whatever reads an address and writes it somewhere; next to those of `schema` and `seat`.
const LOCK: i64 = 0x7575_7277_0003;

/// How PostgreSQL is told to hold erasures off.
pub(super) fn holding_off() -> String {
    format!("SELECT pg_advisory_xact_lock_shared({LOCK})")
}

/// Keeps everybody from being erased until this transaction ends. To be called before it reads the address of somebody that it writes, such as
/// that of a mail: an erasure either came before, and there is no address to read, or comes after, and finds what was written.
pub async fn hold_off(tx: &Tx) -> Result<(), DbErr> {
    with_lock(tx, &holding_off()).await
}

/// Waits for whoever is writing an address, and keeps others from it until this transaction ends.
pub async fn alone(tx: &Tx) -> Result<(), DbErr> {
    with_lock(tx, &format!("SELECT pg_advisory_xact_lock({LOCK})")).await
}

async fn with_lock(tx: &Tx, take: &str) -> Result<(), DbErr> {
    // On SQLite a transaction is the only writer anyway.
    if tx.backend() == Backend::Sqlite {
        return Ok(());
    }
    tx.connection().execute_unprepared(take).await.map(drop)
}

/// The tickets on which somebody is named as who reported them, or as who did something there; each with whether a client sees that.
pub async fn tickets(tx: &Tx, of: &Person) -> Result<BTreeMap<Uuid, bool>, DbErr> {
    let reported = tx.find::<ticket::Entity>().filter(ticket::Column::RequesterId.eq(of.id)).select_only().column(ticket::Column::Id);
    let reported: Vec<Uuid> = reported.into_tuple().all(tx.connection()).await?;
    let mut named: BTreeMap<_, _> = reported.into_iter().map(|id| (id, true)).collect();
    let mut last = Uuid::nil();
    loop {
        let acted = tx.find::<event::Entity>().filter(event::Column::Actor.eq(of.actor().as_text())).filter(event::Column::Id.gt(last));
        // As the partial index has it. What the desk did is most of all there is: it is gone through once.
        let of_client = Expr::cust("actor >= 'client:' AND actor < 'client;'");
        let acted = if of.is_of_the_desk() { acted } else { acted.filter(of_client) };
        let page = acted.order_by_asc(event::Column::Id).limit(PAGE).all(tx.connection()).await?;
        let Some(row) = page.last() else { return Ok(named) };
        last = row.id;
        for row in page.into_iter().filter(|row| row.subject_kind == SubjectKind::Ticket.as_str()) {
            let ticket = row.subject_id;
            let event = events::streamed(row).map(|streamed| streamed.event);
            let is_seen = matches!(event, Ok(AnyEvent::Ticket(event)) if Reader::Client.sees_of(&event));
            *named.entry(ticket).or_default() |= is_seen;
        }
    }
}

/// Whether they were erased before.
pub async fn is_erased(reads: &impl Reads, id: Uuid) -> Result<bool, DbErr> {
    let row = reads.find::<erasure::Entity>().filter(erasure::Column::PersonId.eq(id)).select_only().column(erasure::Column::Id);
    Ok(row.into_tuple::<Uuid>().one(reads.connection()).await?.is_some())
}

/// Ends every way in of theirs, and takes their name off it. Whoever signs in the same way later is somebody new, unless they had
/// left.
pub async fn access(tx: &Tx, person: Uuid, now: Instant) -> Result<(), DbErr> {
    let accounts = accounts::erase(tx, person, now).await?;
    let theirs = Condition::any().add(token::Column::PersonId.eq(person)).add(token::Column::AccountId.is_in(accounts));
    let tokens = token::Entity::update_many()
        .col_expr(token::Column::Name, Expr::value(ERASED_NAME))
        .col_expr(token::Column::RevokedAt, Expr::col(token::Column::RevokedAt).if_null(Expr::value(Some(now.to_utc()))));
    tokens.filter(theirs).exec(tx.connection()).await.map(drop)
}

/// Erases the copies of mails that came from them, and of reports that a mail did not reach them: sender, subject, and the message itself.
/// Returns how many.
pub async fn inbound(tx: &Tx, known: &Known, now: Instant) -> Result<u64, DbErr> {
    let theirs = empty(tx, from(known), now).await?;
    // Reports are few, and come from mail servers: an address stands in their words.
    let named = |email: &str| {
        let literal = email.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let reason = Expr::expr(Func::lower(Expr::col(inbound_mail::Column::Reason)));
        reason.like(LikeExpr::new(format!("%{literal}%")).escape('\\'))
    };
    let named = known.addresses.iter().fold(Condition::any(), |any, one| any.add(received_in(one).add(named(&one.email))));
    let reports = Condition::all().add(inbound_mail::Column::Outcome.eq(MailOutcome::Bounce.as_str())).add(named);
    let kept = tx.find::<inbound_mail::Entity>().filter(reports).select_only().column(inbound_mail::Column::Id);
    let kept: Vec<Uuid> = kept.into_tuple().all(tx.connection()).await?;
    let about = empty(tx, inbound_mail::Column::Id.is_in(kept.iter().copied()).into_condition(), now).await?;
    let unsaid = inbound_mail::Entity::update_many().col_expr(inbound_mail::Column::Reason, Expr::value(None::<String>));
    unsaid.filter(inbound_mail::Column::Id.is_in(kept)).exec(tx.connection()).await?;
    Ok(theirs + about)
}

/// Erases the copies of these mails, which then take no room any more. Returns how many.
pub(super) async fn empty(tx: &Tx, which: Condition, now: Instant) -> Result<u64, DbErr> {
    let kept = tx.find::<inbound_mail::Entity>().filter(which).filter(inbound_mail::Column::ErasedAt.is_null()).select_only();
    let columns =
        [inbound_mail::Column::Id, inbound_mail::Column::Organisation, inbound_mail::Column::SizeBytes, inbound_mail::Column::MessageId];
    let kept: Vec<(Uuid, Option<String>, i64, String)> = kept.columns(columns).into_tuple().all(tx.connection()).await?;
    let mut room: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, organisation, bytes, _) in &kept {
        *room.entry(organisation.as_deref().unwrap_or(storage::NOBODY)).or_default() += u64::try_from(*bytes).unwrap_or_default();
    }
    for (organisation, bytes) in room {
        storage::free(tx, organisation, bytes).await?;
    }
    let emptied = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::Sender, Expr::value(None::<String>))
        .col_expr(inbound_mail::Column::Subject, Expr::value(None::<String>))
        // A Message-ID may hold the address of its sender. A later copy is known by its key.
        .col_expr(inbound_mail::Column::MessageId, Expr::value(format!("{}{MADE_UP}", Uuid::new_v4())))
        .col_expr(inbound_mail::Column::Raw, Expr::value(Vec::<u8>::new()))
        .col_expr(inbound_mail::Column::Scan, Expr::value(None::<String>))
        .col_expr(inbound_mail::Column::KeyId, Expr::value(None::<String>))
        .col_expr(inbound_mail::Column::Envelope, Expr::value(None::<Vec<u8>>))
        .col_expr(inbound_mail::Column::ErasedAt, Expr::value(Some(now.to_utc())));
    let emptied = emptied.filter(inbound_mail::Column::Id.is_in(kept.iter().map(|(id, ..)| *id)));
    let emptied = emptied.exec(tx.connection()).await?.rows_affected;
    for answered in kept.chunks(AT_ONCE) {
        let answers = outbound_mail::Entity::update_many().col_expr(outbound_mail::Column::InReplyTo, Expr::value(None::<String>));
        let answered = outbound_mail::Column::InReplyTo.is_in(answered.iter().map(|mail| mail.3.as_str()));
        answers.filter(answered).exec(tx.connection()).await?;
    }
    messages::forget_mails(tx, &kept.iter().map(|mail| mail.0).collect::<Vec<_>>()).await?;
    Ok(emptied)
}

/// Mails that they sent to their organisation's desk; those that were attributed to nobody are theirs, too.
pub(super) fn from(known: &Known) -> Condition {
    let sender = |email: &str| Expr::expr(Func::lower(Expr::col(inbound_mail::Column::Sender))).eq(email);
    let senders = known.addresses.iter().fold(Condition::any(), |any, one| any.add(received_in(one).add(sender(&one.email))));
    let organisation = &known.person.organisation;
    let theirs = Condition::any()
        .add(inbound_mail::Column::Organisation.eq(organisation))
        .add(inbound_mail::Column::Organisation.is_null())
        // Somebody of the desk writes about any client.
        .add(Expr::value(organisation.is_empty()));
    Condition::all().add(inbound_mail::Column::Sender.is_not_null()).add(senders).add(theirs)
}

/// A mail that comes again is whose it was when it first came.
fn received_in(time: &Tenure) -> Condition {
    let first = "(SELECT MIN(first.received_at) FROM inbound_mail AS first \
        WHERE first.message_id = inbound_mail.message_id AND LOWER(first.sender) = LOWER(inbound_mail.sender))";
    during(&Expr::cust(first), time)
}

/// While an address was theirs.
fn during(at: &Expr, time: &Tenure) -> Condition {
    let (after, until) = (time.after.map(|after| at.clone().gt(after.to_utc())), time.until.map(|until| at.clone().lte(until.to_utc())));
    Condition::all().add_option(after).add_option(until)
}

/// Mails to them; to somebody of the desk, about any client.
pub(super) fn to(known: &Known) -> Condition {
    let made = |one: &Tenure| {
        during(&Expr::col((outbound_mail::Entity, outbound_mail::Column::CreatedAt)), one)
            .add(outbound_mail::Column::Recipient.eq(&one.email))
    };
    let own = Condition::all().add(known.addresses.iter().fold(Condition::any(), |any, one| any.add(made(one))));
    let of = &known.person;
    if of.is_of_the_desk() { own } else { own.add(outbound_mail::Column::Organisation.eq(&of.organisation)) }
}

/// The events that mails to them are about which have not left yet.
pub async fn not_told(tx: &Tx, known: &Known) -> Result<Vec<Uuid>, DbErr> {
    let waiting = tx.find::<outbound_mail::Entity>().select_only().column(outbound_mail::Column::EventId).filter(to(known));
    waiting
        .filter(outbound_mail::Column::State.is_in([MailState::Pending, MailState::Waiting].map(MailState::as_str)))
        .into_tuple()
        .all(tx.connection())
        .await
}

/// Erases the mails to them: what waits is never sent, what was sent loses address and text. Returns how many.
pub async fn outbound(tx: &Tx, known: &Known) -> Result<u64, DbErr> {
    let theirs = to(known);
    let waiting = outbound_mail::Entity::delete_many().filter(theirs.clone());
    let unsent = MailState::UNSENT.map(MailState::as_str);
    let waiting = waiting.filter(outbound_mail::Column::State.is_in(unsent)).exec(tx.connection()).await?;
    let sent = outbound_mail::Entity::update_many()
        .col_expr(outbound_mail::Column::Recipient, Expr::value(made_up(known.person.id)))
        .col_expr(outbound_mail::Column::Subject, Expr::value(""))
        .col_expr(outbound_mail::Column::Body, Expr::value(""))
        .col_expr(outbound_mail::Column::LastError, Expr::value(None::<String>));
    Ok(waiting.rows_affected + sent.filter(theirs).exec(tx.connection()).await?.rows_affected)
}

pub async fn insert(tx: &Tx, erasure: &Erasure) -> Result<(), DbErr> {
    let count = |figure| i64::try_from(figure).unwrap_or(i64::MAX);
    let row = erasure::ActiveModel {
        id: Set(erasure.id),
        person_id: Set(erasure.person),
        organisation: Set(erasure.organisation.clone()),
        reason: Set(erasure.reason.clone()),
        actor: Set(erasure.actor.clone()),
        erased_at: Set(erasure.erased_at.to_utc()),
        inbound_mails: Set(count(erasure.inbound_mails)),
        outbound_mails: Set(count(erasure.outbound_mails)),
    };
    erasure::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Erasure>, DbErr> {
    let row = reads.find::<erasure::Entity>().filter(erasure::Column::Id.eq(id));
    Ok(row.one(reads.connection()).await?.map(to_domain))
}

/// A page of records, newest first.
pub async fn list(reads: &impl Reads, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<Erasure>, DbErr> {
    let mut rows = reads.find::<erasure::Entity>();
    if let Some((at, id)) = after {
        let row = Expr::tuple([Expr::col(erasure::Column::ErasedAt), Expr::col(erasure::Column::Id)]);
        rows = rows.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let rows = rows.order_by_desc(erasure::Column::ErasedAt).order_by_desc(erasure::Column::Id).limit(limit);
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

fn to_domain(row: erasure::Model) -> Erasure {
    let count = |figure| u64::try_from(figure).unwrap_or_default();
    Erasure {
        id: row.id,
        person: row.person_id,
        organisation: row.organisation,
        reason: row.reason,
        actor: row.actor,
        erased_at: instant(row.erased_at),
        inbound_mails: count(row.inbound_mails),
        outbound_mails: count(row.outbound_mails),
    }
}
