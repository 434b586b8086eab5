//! Access tokens, without their texts but for the one answer that makes one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Actor;
use crate::domain::Instant;
use crate::usecases::actors::Actors;
use crate::usecases::tokens::{Shown, Token};

/// A token to be issued.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessTokenGrantInput {
    /// What it is for; histories show it where no person is behind the token.
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = "\\S", example = "monitoring")]
    pub name: Option<String>,
    /// What its holder is: codes of roles, all of the desk or all of a client. A system that acts for the desk is `integration`. Administrators,
    /// security and privacy officers and auditors are not made here.
    #[schema(value_type = Vec<RoleCode>, min_items = 1, max_items = 20)]
    pub roles: Option<Vec<String>>,
    /// The client whose it is; the desk's when absent.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// The address of the person of that client who acts with it; needed for a requester. Of somebody of the desk, the id of their account, or
    /// its address. What is issued here signs for nobody.
    #[schema(min_length = 1, max_length = 320, example = "anna@ipo.example")]
    pub person: Option<String>,
    /// The verbs it is limited to, of those that its roles give; all of them when absent. What changes a ticket (`edit_tickets`,
    /// `assign_tickets`, `move_tickets` and the like) takes `take_part` as well, and to see what became of it, `read_tickets`.
    #[schema(value_type = Option<Vec<VerbCode>>, min_items = 1, max_items = 200)]
    pub verbs: Option<Vec<String>>,
    /// The clients that a token of the desk is limited to; all of them when absent. It then does nothing that concerns the desk as a whole.
    #[schema(value_type = Option<Vec<LimitedOrganisation>>, min_items = 1, max_items = 1000)]
    pub organisations: Option<Vec<String>>,
    /// When it expires, with an offset; how far ahead at most is a setting of the desk. It counts in real time, in a sandbox too.
    #[schema(value_type = String, format = DateTime, max_length = 50)]
    pub expires_at: Option<Instant>,
}

/// The code of a role.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 50, example = "integration")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct RoleCode(String);

/// The code of something that can be done.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 50, example = "read_tickets")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct VerbCode(String);

/// The short name of a client.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 100, example = "ipo")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct LimitedOrganisation(String);

/// A token that was made, with its text.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedAccessToken {
    /// Its text, to be sent as `Authorization: Bearer`. It is not kept: `null` when a request is repeated.
    pub token: Option<String>,
    /// The token as it is shown from now on.
    pub access_token: AccessToken,
}

/// A token by which callers are known.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// Its id.
    id: Uuid,
    /// What it is for.
    name: String,
    /// `valid`, `expiring` within a month, `expired` or `revoked`.
    state: &'static str,
    /// Whose it is: `integration`, `person`, `account` (who signed in with a password), `client` or `desk`.
    holder: &'static str,
    /// The person who acts with it; `null` when it is nobody's in particular, or they were erased.
    person: Option<String>,
    /// The client whose it is; `null` for the desk.
    organisation: Option<String>,
    /// What its holder is.
    roles: Vec<String>,
    /// The verbs it is limited to; `null` without such a limit.
    verbs: Option<Vec<String>>,
    /// The clients it is limited to; `null` without such a limit.
    organisations: Option<Vec<String>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// Who issued it, or of a sign-in who set the password over the API; `null` for the command on the desk's machine.
    issued_by: Option<Actor>,
    /// When it expires; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Instant>,
    /// When it was last used, to within a minute; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Instant>,
}

impl AccessToken {
    pub fn new(Shown { token, state, person }: Shown, actors: &Actors) -> Self {
        Self {
            holder: token.holder(),
            id: token.id,
            name: token.name,
            state: state.as_str(),
            person,
            organisation: token.organisation,
            roles: token.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            verbs: token.limit.listed().map(|verbs| verbs.into_iter().map(|verb| verb.as_str().to_owned()).collect()),
            organisations: token.organisations,
            created_at: token.created_at,
            issued_by: token.issued_by.map(|actor| actors.show(&actor).into()),
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// That a token was revoked by whoever came with it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignOut {
    /// The id of the token.
    access_token: Uuid,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Instant>,
}

impl From<Token> for SignOut {
    fn from(token: Token) -> Self {
        Self { access_token: token.id, revoked_at: token.revoked_at }
    }
}

/// A page of access tokens.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessTokenPage {
    /// The tokens, newest first.
    pub items: Vec<AccessToken>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
