//! Who is calling. Every way of signing in ends in the same [`Caller`]; today that is a bearer token: one of the desk's own, or one that an identity provider
//! signed.
//!
//! What a caller may do is not decided here but in `domain::permission`.

mod people;
pub mod tokens;

use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{Credential, Principal, Role, Roles, Rows, Scope, Verb};
use crate::domain::person::Person;
use crate::domain::role_assignment::{self, RoleAssignment};
use crate::domain::ticket::{Actor, Reader};
use crate::error::{Code, Error};
use crate::identity::Providers;
use crate::store::CheckedScope;
use crate::store::callers::Known;

#[derive(Debug, Clone)]
pub struct Caller {
    pub who: Principal,
    pub scope: CheckedScope,
    /// The token that they came with, where it is one that the desk keeps.
    pub token: Option<Uuid>,
}

impl Caller {
    pub fn new(who: Principal, rows: Rows) -> Self {
        Self { scope: CheckedScope::of_reader(Scope::of(rows, &who)), who, token: None }
    }

    /// Somebody of a client who comes by a link that was mailed to them: in person, with what they hold here.
    pub fn by_link(person: &Person, held: &[RoleAssignment], now: Instant) -> Self {
        let (held, over) = role_assignment::rights(held, &[person.id], Some(&person.organisation), now);
        let roles: Roles = held.iter().map(|right| right.role).chain([Role::Requester]).collect();
        let credential = Credential { token: None, in_person: Some(person.id), is_shared: false };
        let who = Principal::new(Actor::Client(person.id.to_string()), roles).with(credential);
        Self::new(Principal { over, held, ..who }, rows_of(roles, person.organisation.clone(), Some(person.id)))
    }

    /// The same as somebody from whom it can be taken away.
    fn known(self, known: Arc<Known>) -> Self {
        Self { scope: self.scope.known(known), ..self }
    }

    /// The same for a request that needs this verb: where they have it by rights over certain organisations alone, they see those.
    #[must_use]
    pub fn for_verb(self, verb: Verb) -> Self {
        match self.who.narrowed_to(verb) {
            Some(who) => Self { scope: self.scope.within(who.over.organisations()), who, ..self },
            None => self,
        }
    }

    /// Makes sure that the caller may still come in: for a request that has opened their scope neither with a transaction nor with a view.
    pub async fn check(&self, app: &App) -> Result<(), Error> {
        Ok(self.scope.check(&app.all()).await?)
    }

    pub fn reader(&self) -> Reader {
        Reader::of(&self.who.actor)
    }
}

/// Somebody who is known, and not yet let in.
#[derive(Debug)]
pub struct Arrived {
    caller: Caller,
    lacks_second_factor: bool,
}

impl Arrived {
    pub fn actor(&self) -> &Actor {
        &self.caller.who.actor
    }

    /// Refuses somebody who has to use a second factor, and whose token does not say that they did (IAM-07).
    pub fn let_in(self) -> Result<Caller, Error> {
        if self.lacks_second_factor {
            let detail = "a second factor is asked for, and the token does not say (amr) that one was used: sign in again with one";
            return Err(Error::Forbidden { code: Code::SecondFactorRequired, detail: detail.to_owned() });
        }
        Ok(self.caller)
    }
}

/// Whom a bearer token identifies; `None` when nobody knows it, or it no longer counts.
pub async fn identify(app: &App, token: &str) -> Result<Option<Arrived>, Error> {
    if Providers::could_be(token) {
        return people::identify(app, token).await;
    }
    let caller = tokens::identify(app, token).await?;
    Ok(caller.map(|caller| Arrived { caller, lacks_second_factor: false }))
}

/// The roles of a client that see every ticket of their organisation (TKT-09), as far as its flags allow.
const SEES_ALL_OF_ITS_OWN: &[Role] = &[
    Role::AuthorisedRequester,
    Role::Approver,
    Role::FunctionalAdministrator,
    Role::GlobalAdministrator,
    Role::ClientSecurityOfficer,
    Role::ClientPrivacyOfficer,
];

/// Whoever is a requester and no more sees what they reported; without a person behind the token that is nothing.
fn rows_of(roles: Roles, organisation: String, person: Option<Uuid>) -> Rows {
    if roles.has_one_of(SEES_ALL_OF_ITS_OWN) {
        Rows::Organisations(vec![organisation])
    } else {
        Rows::Person { organisation, person: person.unwrap_or_default() }
    }
}
