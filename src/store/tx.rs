//! Transactions, each begun for a scope, and which tables have rows of organisations.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IdenStatic, QueryFilter, QuerySelect, QueryTrait,
    Select, TransactionTrait,
};
use uuid::Uuid;

use entity::{
    access_state, account, approval, attachment, audit_head, audit_line, calendar_amendment, canned_reply, change_horizon, clock, contact,
    contact_change, contact_list, contract_version, destruction, destruction_item, erasure, escalation, event, external_reference,
    former_identity, former_text, handler, idempotency, inbound_mail, legal_hold, local_account, message, message_draft, obligation,
    obligation_opening, outbound_mail, person, redaction, remains, response_task, role_absence, role_assignment, routing_rule,
    sandbox_advance, saved_view, security_signal, security_signal_note, set_aside, signing_key, storage_use, stream, ticket, ticket_change,
    ticket_follower, ticket_link, ticket_part, ticket_tag, timekeeping, token, upload, work_log,
};

use super::cache::{AgreementsCache, PinnedAgreements};
use super::clearance::{OfTickets, seen_of};
use super::statements::{Failure, Statements};
use super::watch::Watch;
use super::{Backend, row_security};
use crate::domain::audit::{Object, Touched};
use crate::domain::permission::{Rows, Scope};
use crate::domain::restriction::Flags;

/// For rooms that may not name the database library.
pub type DbError = DbErr;

/// A transaction for a scope; rolled back unless committed. After the first failed statement it refuses all others: PostgreSQL would refuse
/// them too, but SQLite may have rolled back by itself, and would then commit each later statement on its own.
pub struct Tx {
    statements: Statements<DatabaseTransaction>,
    scope: Scope,
    backend: Backend,
    cache: Arc<AgreementsCache>,
    pinned: PinnedAgreements,
    touched: SharedTouched,
    /// Set for a savepoint.
    savepoint: Option<Savepoint>,
}

/// What a transaction did so far, for the audit trail.
type SharedTouched = Arc<Mutex<Touched>>;

/// A savepoint as seen by the transaction around it, which may commit only if each of its savepoints was committed, or certainly rolled
/// back. One that is simply dropped counts as a failure.
struct Savepoint {
    outer: Failure,
    outer_touched: SharedTouched,
    ended: bool,
}

impl Savepoint {
    fn end(mut self) {
        self.ended = true;
    }

    /// What was done in a savepoint was done by the transaction once the savepoint is committed.
    fn end_with(self, touched: &SharedTouched) {
        let done = std::mem::take(&mut *touched.lock().unwrap_or_else(PoisonError::into_inner));
        self.outer_touched.lock().unwrap_or_else(PoisonError::into_inner).join(done);
        self.end();
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        if !self.ended {
            drop(self.outer.set(DbErr::Custom("a savepoint of the transaction was neither committed nor rolled back".to_owned())));
        }
    }
}

impl Tx {
    /// For everything; [`Tx::within`] narrows it.
    pub(super) fn new(inner: DatabaseTransaction, backend: Backend, watch: Arc<Watch>, cache: Arc<AgreementsCache>) -> Self {
        let statements = Statements { inner, watch, failure: Some(Failure::default()) };
        let touched = SharedTouched::default();
        Self { statements, scope: Scope::ALL, backend, cache, pinned: PinnedAgreements::new(), touched, savepoint: None }
    }

    pub(super) fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Commits. Until this has succeeded, nobody may rely on anything the transaction did.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { statements, savepoint, touched, .. } = self;
        if let Some(failure) = statements.failure() {
            return Err(failure);
        }
        let Statements { inner, watch, .. } = statements;
        inner.commit().await.inspect_err(|error| watch.failed_writing(error))?;
        match savepoint {
            Some(savepoint) => savepoint.end_with(&touched),
            // A commit into a file that was deleted meanwhile is lost.
            None => watch.check_file()?,
        }
        Ok(())
    }

    /// Begins a part that can be rolled back on its own.
    pub async fn savepoint(&self) -> Result<Self, DbErr> {
        let Statements { inner, watch, failure } = &self.statements;
        let inner = self.statements.run(inner.begin()).await?;
        let savepoint = failure.clone().map(|outer| Savepoint { outer, outer_touched: self.touched.clone(), ended: false });
        // Agreements that it reads stay its own: rolling back to a savepoint releases the locks that keep them from changing.
        let pinned = self.pinned.clone();
        Ok(Self { pinned, savepoint, scope: self.scope.clone(), ..Self::new(inner, self.backend, watch.clone(), self.cache.clone()) })
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        let Self { statements: Statements { inner, watch, .. }, savepoint, .. } = self;
        inner.rollback().await.inspect_err(|error| watch.failed_writing(error))?;
        if let Some(savepoint) = savepoint {
            savepoint.end();
        }
        Ok(())
    }

    /// Runs statements for everything in the transaction of somebody who sees less: what they set in motion beyond what they see.
    pub(super) async fn beyond<T>(&self, act: impl AsyncFnOnce() -> Result<T, DbErr>) -> Result<T, DbErr> {
        if self.backend == Backend::Sqlite {
            return act().await;
        }
        row_security::enter(self, &Scope::ALL).await?;
        let done = act().await?;
        row_security::enter(self, &self.scope).await?;
        Ok(done)
    }

    /// Notes what the transaction does something to, for its lines in the audit trail.
    pub fn touch(&self, kind: &str, id: impl std::fmt::Display) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).add(Object::of(kind, id));
    }

    /// Notes that the request was carried out before, and changes nothing now.
    pub fn repeats(&self) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).is_repeat = true;
    }

    /// Notes that so many of several things that were asked for at once are refused, while the rest is done.
    pub fn refuses(&self, count: usize) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).refused += i64::try_from(count).unwrap_or(i64::MAX);
    }

    pub fn touched(&self) -> Touched {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The transaction without a scope, for migrations.
    pub(super) fn bare_connection(&self) -> &DatabaseTransaction {
        &self.statements.inner
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Tells this process of another version of access. Should the transaction fail, callers are only checked once more than they need be.
    pub(super) fn note_access(&self, version: i64) {
        self.statements.watch.access.fetch_max(version, Ordering::AcqRel);
    }
}

/// A table whose rows belong to organisations.
pub trait OfOrganisation: OfTickets {
    const ORGANISATION: Self::Column;
    const PERSON: OfPerson<Self::Column>;
}

/// Which rows of a table a person has who sees what they reported.
#[derive(Debug, Clone, Copy)]
pub enum OfPerson<C> {
    /// Those with the person in this column.
    Column(C),
    /// The person's own.
    Own(C),
    /// Those that belong to a ticket, named in this column, that the person reported.
    Ticket(C),
    /// All: they say nothing of anybody.
    Everybody,
    /// None: the table is of no use to them.
    Nobody,
}

impl<C: ColumnTrait> OfPerson<C> {
    fn condition(self, person: Uuid) -> Condition {
        let condition = match self {
            Self::Column(column) | Self::Own(column) => column.eq(person),
            Self::Ticket(column) => column.in_subquery(reported_by(person)),
            Self::Everybody => Expr::val(1).eq(1),
            Self::Nobody => Expr::val(1).eq(0),
        };
        Condition::all().add(condition)
    }
}

fn reported_by(person: Uuid) -> SelectStatement {
    ticket::Entity::find().select_only().column(ticket::Column::Id).filter(ticket::Column::RequesterId.eq(person)).into_query()
}

/// A table that the database guards too (`policies`), with its columns.
pub(super) struct Guarded {
    pub table: String,
    pub organisation: String,
    pub person: OfPerson<String>,
    /// Whether everybody sees the desk's own rows, which have no organisation.
    pub shows_desk: bool,
}

impl Guarded {
    fn of<E: OfOrganisation>() -> Self {
        let name = |column: E::Column| column.as_str().to_owned();
        let person = match E::PERSON {
            OfPerson::Column(column) => OfPerson::Column(name(column)),
            OfPerson::Own(column) => OfPerson::Own(name(column)),
            OfPerson::Ticket(column) => OfPerson::Ticket(name(column)),
            OfPerson::Everybody => OfPerson::Everybody,
            OfPerson::Nobody => OfPerson::Nobody,
        };
        Self { table: E::default().table_name().to_owned(), organisation: name(E::ORGANISATION), person, shows_desk: false }
    }

    /// A table of [`OfTheDesk`] in which clients have rows beside the desk's.
    fn shared(table: &str) -> Self {
        Self { table: table.to_owned(), organisation: "organisation".to_owned(), person: OfPerson::Own(String::new()), shows_desk: true }
    }
}

macro_rules! of_organisation {
    ($($table:ident: $person:ident $(($column:ident))?),* $(,)?) => {
        $(
            impl OfOrganisation for $table::Entity {
                const ORGANISATION: Self::Column = $table::Column::Organisation;
                const PERSON: OfPerson<Self::Column> = OfPerson::$person $(($table::Column::$column))?;
            }
        )*

        /// Every table with an organisation.
        pub(super) fn guarded() -> Vec<Guarded> {
            vec![$(Guarded::of::<$table::Entity>(),)* Guarded::shared("account"), Guarded::shared("token")]
        }
    };
}

of_organisation!(
    attachment: Ticket(TicketId),
    clock: Ticket(TicketId),
    contact: Column(PersonId),
    contact_change: Column(PersonId),
    // That their organisation has a list, which says nothing of who is on it.
    contact_list: Everybody,
    erasure: Nobody,
    escalation: Ticket(TicketId),
    event: Ticket(SubjectId),
    external_reference: Ticket(TicketId),
    former_identity: Column(PersonId),
    former_text: Ticket(TicketId),
    message: Ticket(TicketId),
    // Of the desk.
    message_draft: Nobody,
    obligation: Nobody,
    outbound_mail: Nobody,
    person: Own(Id),
    // Whether somebody holds a role is decided within their own scope; whose address it is stays hidden with the person.
    role_absence: Everybody,
    role_assignment: Everybody,
    redaction: Ticket(TicketId),
    response_task: Ticket(TicketId),
    // Whoever sees what they reported themselves is told of no weakness.
    security_signal: Nobody,
    security_signal_note: Nobody,
    set_aside: Nobody,
    // Whoever adds a file counts it.
    storage_use: Everybody,
    ticket: Column(RequesterId),
    ticket_change: Ticket(TicketId),
    ticket_link: Ticket(TicketId),
    ticket_follower: Ticket(TicketId),
    ticket_part: Ticket(TicketId),
    ticket_tag: Nobody,
    work_log: Nobody,
    // A mail from somebody unknown has no organisation, so only the desk sees it.
    inbound_mail: Nobody,
);

/// A table whose rows belong to no organisation: the desk's own records, and agreements, which `usecases::contracts` shows to those they
/// serve.
pub trait OfTheDesk: EntityTrait {}

macro_rules! of_the_desk {
    ($($table:ident),*) => { $(impl OfTheDesk for $table::Entity {})* };
}
of_the_desk!(
    access_state,
    // Its name is shown to everyone who may see what was done with it.
    account,
    // What it belongs to is found within the scope first.
    approval,
    audit_head,
    // It tells of every organisation, so no client reads it.
    audit_line,
    calendar_amendment,
    canned_reply,
    change_horizon,
    contract_version,
    destruction,
    destruction_item,
    handler,
    // Always looked up by caller.
    idempotency,
    legal_hold,
    local_account,
    obligation_opening,
    remains,
    routing_rule,
    sandbox_advance,
    saved_view,
    signing_key,
    stream,
    timekeeping,
    // Names of a client's tokens are read within a scope all the same (`people::names`).
    token,
    upload
);

pub(super) mod sealed {
    use super::{AgreementsCache, ConnectionTrait, Flags, PinnedAgreements, Scope, Uuid};

    /// Only `store` can reach these.
    pub trait Inner {
        type Connection: ConnectionTrait;

        fn connection(&self) -> &Self::Connection;
        fn scope(&self) -> &Scope;
        fn cache(&self) -> &AgreementsCache;
        /// Notes that a ticket with these flags was read.
        fn note_shown(&self, ticket: Uuid, flags: Flags);
        /// `None` for a view, which pins nothing.
        fn pinned(&self) -> Option<&PinnedAgreements>;
    }
}

impl sealed::Inner for Tx {
    type Connection = Statements<DatabaseTransaction>;

    fn connection(&self) -> &Self::Connection {
        &self.statements
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn cache(&self) -> &AgreementsCache {
        &self.cache
    }

    fn note_shown(&self, ticket: Uuid, flags: Flags) {
        if !flags.is_empty() {
            self.touched.lock().unwrap_or_else(PoisonError::into_inner).read.insert(ticket);
        }
    }

    fn pinned(&self) -> Option<&PinnedAgreements> {
        Some(&self.pinned)
    }
}

/// A transaction or a view.
pub trait Reads: sealed::Inner {
    /// The rows within the scope.
    fn find<E: OfOrganisation>(&self) -> Select<E> {
        let rows = match &self.scope().rows {
            Rows::Person { person, .. } => self.find_hidden_too::<E>().filter(E::PERSON.condition(*person)),
            Rows::All | Rows::Organisations(_) => self.find_hidden_too::<E>(),
        };
        seen_of(rows, &self.scope().clearance)
    }

    /// The rows of the organisations within the scope, with those that its clearance hides, and those of colleagues: to know that a name is
    /// in use, never to show anything.
    fn find_hidden_too<E: OfOrganisation>(&self) -> Select<E> {
        match &self.scope().rows {
            Rows::All => E::find(),
            Rows::Organisations(seen) => E::find().filter(E::ORGANISATION.is_in(seen)),
            Rows::Person { organisation, .. } => E::find().filter(E::ORGANISATION.eq(organisation)),
        }
    }

    /// The people of the organisations within the scope, also for somebody who sees no one but themselves: to know whom an address means,
    /// never to show anybody.
    fn find_colleagues(&self) -> Select<person::Entity> {
        match &self.scope().rows {
            Rows::Person { organisation, .. } => person::Entity::find().filter(person::Column::Organisation.eq(organisation)),
            Rows::All | Rows::Organisations(_) => self.find::<person::Entity>(),
        }
    }

    /// Rows that belong to no organisation, so that no scope hides them.
    fn find_of_desk<E: OfTheDesk>(&self) -> Select<E> {
        E::find()
    }
}

impl Reads for Tx {}
