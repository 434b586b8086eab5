//! Callers as a process knows them, so that identifying one costs no statement of its own.
//!
//! A caller is kept with the version of access under which they were read. The statement that opens their scope also reads the present
//! version (`CheckedScope`); where it differs they are identified again, in the same transaction. So what is taken away from somebody is
//! gone at once on every process, and nothing else has to reach the processes for that.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::DbErr;

use super::accounts::Account;
use super::faults::CallerLost;
use super::tokens::Token;
use super::{Db, Reads, access, accounts, agreements, role_assignments, tokens};
use crate::domain::Instant;
use crate::domain::role_assignment::RoleAssignment;

/// How many callers are kept. Only those whose rows were found are, so nobody can fill it with what they made up; a desk with more callers
/// begins anew.
const ROOM: usize = 10_000;

/// By what somebody who comes in is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// The hash of a token that the desk made.
    Token(String),
    /// What an identity provider calls somebody.
    Account { issuer: String, subject: String },
}

/// Everything in the database that a caller's rights follow from. What begins and ends by itself, such as a token that expires, a role that
/// is held or a contract in force, is judged by the clock each time they come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Token {
        token: Token,
        /// As of an account, where it is a person's own.
        held: Vec<RoleAssignment>,
    },
    Account {
        account: Account,
        /// The rights they hold, or held, or are to hold.
        held: Vec<RoleAssignment>,
        /// When their contracts ask for a second factor, or asked, or are to ask.
        second_factor: Vec<Range<Instant>>,
    },
}

impl Found {
    /// Whether nobody took it away.
    fn holds(&self) -> bool {
        match self {
            Self::Token { token, .. } => token.revoked_at.is_none(),
            Self::Account { account, .. } => !account.is_blocked,
        }
    }
}

/// Somebody who came in, as the database had them.
#[derive(Debug)]
pub struct Known {
    claim: Claim,
    pub found: Found,
    /// The version of access at which that was so.
    version: AtomicI64,
    /// Set once it is no longer so.
    is_lost: AtomicBool,
    latest: Arc<AtomicI64>,
}

impl Known {
    pub(super) fn version(&self) -> i64 {
        self.version.load(Ordering::Acquire)
    }

    pub(super) fn is_at(&self, version: i64) -> bool {
        self.latest.fetch_max(version, Ordering::AcqRel);
        self.version() == version
    }

    /// Whether this process came across a later version of access since.
    pub fn is_behind(&self) -> bool {
        self.version() < self.latest.load(Ordering::Acquire)
    }

    /// Reads their rows again after access changed; an error unless they are the same as before.
    pub(super) async fn identify_again(&self, reads: &impl Reads, version: i64) -> Result<(), DbErr> {
        let lost = match find(reads, &self.claim).await? {
            Some(found) if found == self.found => {
                self.version.fetch_max(version, Ordering::AcqRel);
                return Ok(());
            }
            Some(found) if found.holds() => CallerLost::Changed,
            _ => CallerLost::Ended,
        };
        self.is_lost.store(true, Ordering::Release);
        Err(lost.into())
    }
}

#[derive(Debug)]
pub struct KnownCallers {
    callers: RwLock<HashMap<Claim, Arc<Known>>>,
    latest: Arc<AtomicI64>,
}

impl KnownCallers {
    pub fn of(db: &Db) -> Self {
        Self { callers: RwLock::default(), latest: db.access_seen() }
    }

    fn get(&self, claim: &Claim) -> Option<Arc<Known>> {
        let known = self.callers.read().unwrap_or_else(PoisonError::into_inner).get(claim).cloned();
        known.filter(|known| !known.is_lost.load(Ordering::Acquire))
    }

    fn keep(&self, known: &Arc<Known>) {
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= ROOM {
            callers.clear();
        }
        callers.insert(known.claim.clone(), known.clone());
    }
}

/// Whom a claim names; `None` when there is no such row. Whether it still counts is for `auth` to say.
pub async fn identify(callers: &KnownCallers, reads: &impl Reads, claim: Claim) -> Result<Option<Arc<Known>>, DbErr> {
    if let Some(known) = callers.get(&claim) {
        return Ok(Some(known));
    }
    // Before the rows: what changes between the two is then a version that differs.
    let version = access::version(reads).await?;
    let Some(found) = find(reads, &claim).await? else { return Ok(None) };
    let known =
        Arc::new(Known { claim, found, version: AtomicI64::new(version), is_lost: AtomicBool::new(false), latest: callers.latest.clone() });
    if known.found.holds() {
        callers.keep(&known);
    }
    Ok(Some(known))
}

async fn find(reads: &impl Reads, claim: &Claim) -> Result<Option<Found>, DbErr> {
    Ok(match claim {
        Claim::Token(hash) => match tokens::find(reads, hash).await?.map(unused) {
            Some(token) => {
                let own = token.owner();
                let held = if own.is_some() { role_assignments::rights_of(reads, own.as_slice()).await? } else { Vec::new() };
                Some(Found::Token { token, held })
            }
            None => None,
        },
        Claim::Account { issuer, subject } => match accounts::find(reads, issuer, subject).await? {
            Some(account) => {
                let held = role_assignments::rights_of(reads, &account.holder_ids()).await?;
                let second_factor = agreements::unpinned(reads).await?.ask_second_factor(account.organisation.as_deref());
                Some(Found::Account { account, held, second_factor })
            }
            None => None,
        },
    })
}

/// Without its last use, which gives and takes nothing.
fn unused(token: Token) -> Token {
    Token { last_used_at: None, ..token }
}
