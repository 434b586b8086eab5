//! `[[identity.providers]]`: whose tokens the desk takes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::permission::Role;

/// `[identity]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    #[serde(default)]
    pub providers: Vec<IdentityProvider>,
}

/// An issuer of tokens for the people of one organisation, or of the desk.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the settings")]
pub struct IdentityProvider {
    /// Exactly what its tokens say in `iss`. Its keys are found from there.
    pub issuer: String,
    /// What its tokens must say in `aud`: one of these.
    pub audience: Vec<String>,
    #[serde(default)]
    pub kind: ProviderKind,
    /// The organisation whose people it knows; the desk's when absent.
    pub organisation: Option<String>,
    /// Which of its roles and scopes gives which role here. What is not named gives nothing.
    pub roles: BTreeMap<String, Role>,
    /// Whether people who are guests with the provider are let in (Entra ID).
    #[serde(default)]
    pub guests: bool,
    /// Whether tokens of version 1 are taken too (Entra ID).
    #[serde(default)]
    pub version_1: bool,
    /// Whether a token must say that its holder used a second factor (IAM-07).
    #[serde(default)]
    pub mfa: bool,
    /// Whether somebody with a verified address is the person the desk knows by it.
    #[serde(default)]
    pub vouches_for_addresses: bool,
    /// Whether all its addresses are verified, though its tokens do not say so of each (Entra ID).
    #[serde(default)]
    pub addresses_are_verified: bool,
    /// The domains whose addresses it may speak for; a client's own when empty.
    #[serde(default)]
    pub domains: Vec<String>,
    /// A file with the certificate (PEM) of the authority that its own certificate is from, where that is not a public one.
    pub certificate: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Any provider of OpenID Connect: a person is who `sub` names.
    #[default]
    Oidc,
    /// Microsoft Entra ID: a person is who `tid` and `oid` name.
    Entra,
}
