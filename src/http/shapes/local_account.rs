//! Local accounts, and signing in to one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Actor;
use super::access::RoleCode;
use crate::domain::Instant;
use crate::usecases::accounts as known;
use crate::usecases::actors::Actors;

/// What somebody signs in with.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInInput {
    /// The account's name; capitals and accents do not matter.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Its password.
    #[schema(min_length = 1, max_length = 1000)]
    pub password: String,
    /// The present one-time code of the authenticator app.
    #[schema(min_length = 6, max_length = 6, pattern = "^\\d{6}$", example = "123456")]
    pub totp: String,
}

/// A local account to be made.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalAccountInput {
    /// The name to sign in with, which histories show.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "\\S")]
    pub name: Option<String>,
    /// What its holder may: codes of roles of the desk.
    #[schema(value_type = Vec<RoleCode>, min_items = 1, max_items = 20)]
    pub roles: Option<Vec<String>>,
    /// Its password.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub password: Option<String>,
}

/// Another password for a local account.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalAccountRecoveryInput {
    /// Its new password.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub password: Option<String>,
}

/// A local account with what is shown once.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalAccountCredentials {
    /// For an authenticator app, mostly shown as a QR code; not shown again: `null` when a request is repeated.
    pub otpauth_uri: Option<String>,
    /// The account as it is shown from now on.
    pub account: LocalAccount,
}

/// An account of the desk that signs in with a password and a one-time code.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalAccount {
    /// Its id, by which histories know its holder.
    id: Uuid,
    /// The name to sign in with.
    name: String,
    /// What its holder may.
    roles: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// Who made it.
    created_by: Actor,
    /// When somebody last signed in; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Instant>,
    /// When it was closed; `null` while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Instant>,
}

impl LocalAccount {
    pub fn new(account: known::LocalAccount, actors: &Actors) -> Self {
        Self {
            id: account.id,
            name: account.name,
            roles: account.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            created_at: account.created_at,
            created_by: actors.show(&account.created_by).into(),
            last_sign_in_at: account.last_sign_in_at,
            closed_at: account.closed_at,
        }
    }
}

/// A page of local accounts.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalAccountPage {
    /// The accounts, newest first.
    pub items: Vec<LocalAccount>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
