//! `[[identity.providers]]`: whose tokens the desk takes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::checks::is_issuer;
use crate::domain::permission::Role;
use crate::domain::side::Side;

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
    /// Whether tokens of version 1, which name another issuer, are taken too (Entra ID).
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

impl IdentityProvider {
    /// What its tokens may say in `iss`.
    pub fn issuers(&self) -> Vec<String> {
        let first = if self.version_1 { self.issuer_of_version_1() } else { None };
        [self.issuer.clone()].into_iter().chain(first).collect()
    }

    /// The tenant whose issuer it is: the first part of the path (Entra ID).
    pub fn tenant(&self) -> Option<&str> {
        let (_, path) = self.issuer.split_once("://")?.1.split_once('/')?;
        path.split('/').next().filter(|tenant| !tenant.is_empty() && self.kind == ProviderKind::Entra)
    }

    /// How the tenant is named in tokens of version 1, whichever of its issuers stands in the settings.
    pub fn issuer_of_version_1(&self) -> Option<String> {
        self.tenant().map(|tenant| format!("https://sts.windows.net/{tenant}/"))
    }
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

impl Identity {
    /// By what nobody, or the wrong people, would come in: each key with what is wrong with it.
    pub(super) fn wrong(&self) -> Vec<(String, String)> {
        let of_one = |(at, one): (usize, &IdentityProvider)| {
            let is_given_before = self.providers[..at].iter().any(|other| other.issuer == one.issuer);
            let twice = is_given_before.then(|| ("issuer", "is given twice".to_owned()));
            let problems = twice.into_iter().chain(one.wrong());
            problems.map(|(key, matter)| (format!("providers.{at}.{key}"), matter)).collect::<Vec<_>>()
        };
        self.providers.iter().enumerate().flat_map(of_one).map(|(key, matter)| (format!("identity.{key}"), matter)).collect()
    }
}

impl IdentityProvider {
    fn wrong(&self) -> Vec<(&'static str, String)> {
        let is_blank = |text: &String| text.trim().is_empty();
        let side = if self.organisation.is_some() { Side::Client } else { Side::Supplier };
        let others: Vec<_> = self.roles.values().filter(|role| role.side() != side).map(|role| role.as_str()).collect();
        let is_entra = self.kind == ProviderKind::Entra;
        let only_entra = |is_on: bool, key| (is_on && !is_entra).then(|| (key, "is for kind = \"entra\" only".to_owned()));
        let problems = [
            (!is_issuer(&self.issuer)).then(|| {
                let matter = "must be an address that begins with https:// (http:// on loopback alone), without query, fragment or login";
                ("issuer", matter.to_owned())
            }),
            (self.audience.is_empty() || self.audience.iter().any(is_blank))
                .then(|| ("audience", "must name at least one, and none that is blank".to_owned())),
            self.organisation.as_ref().is_some_and(is_blank).then(|| ("organisation", "must not be blank".to_owned())),
            self.roles.keys().any(is_blank).then(|| ("roles", "must not have a blank name".to_owned())),
            (!others.is_empty()).then(|| ("roles", format!("its people are of the other side than {}", others.join(", ")))),
            self.roles.values().any(|role| *role == Role::GlobalAdministrator).then(|| {
                let matter = "no provider gives global_administrator: it is held by the agreement of both sides, as a role assignment";
                ("roles", matter.to_owned())
            }),
            only_entra(self.guests, "guests"),
            only_entra(self.version_1, "version_1"),
            (self.vouches_for_addresses && self.organisation.is_none())
                .then(|| ("vouches_for_addresses", "is for a client's people only: give the organisation".to_owned())),
        ];
        problems.into_iter().flatten().collect()
    }
}
