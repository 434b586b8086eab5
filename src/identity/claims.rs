//! What a token says of its holder, and whether the settings let them in.

use serde::Deserialize;
use serde_json::Value;

use super::{Identified, Refused, SecondFactor, VerifiedAddress};
use crate::domain::address::can_be_mailed;
use crate::domain::permission::Roles;
use crate::settings::{IdentityProvider, ProviderKind};

/// Claims of a token whose signature, issuer, audience and times hold.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Claims {
    #[serde(default)]
    pub iss: String,
    #[serde(default)]
    pub sub: String,
    pub name: Option<String>,
    pub email: Option<String>,
    /// `true`, or that in quotes, as some providers say it.
    email_verified: Option<Value>,
    #[serde(default)]
    roles: Several,
    /// Scopes, as Entra ID names them.
    scp: Option<String>,
    /// Scopes, as the standard names them.
    scope: Option<String>,
    /// How the holder signed in (RFC 8176).
    #[serde(default)]
    amr: Several,
    ver: Option<String>,
    tid: Option<String>,
    oid: Option<String>,
    /// 1 for a guest.
    acct: Option<u8>,
    /// Where the holder comes from, when that is not the issuer.
    idp: Option<String>,
    #[serde(rename = "_claim_names")]
    elsewhere: Option<Value>,
    hasgroups: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

impl Several {
    fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl Default for Several {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Claims {
    /// Whom they name, where the settings let them in.
    pub fn judged(self, settings: &IdentityProvider) -> Result<Identified, Refused> {
        let subject = match settings.kind {
            ProviderKind::Oidc => self.sub.clone(),
            ProviderKind::Entra => self.subject_of_entra(settings)?,
        };
        if subject.is_empty() {
            return Err(Refused::Invalid("it names nobody".to_owned()));
        }
        let groups_elsewhere = self.elsewhere.as_ref().is_some_and(|names| names.get("groups").is_some());
        if groups_elsewhere || self.hasgroups == Some(true) {
            tracing::warn!(issuer = self.iss, "a token leaves out its groups, because they are too many: its holder is refused");
            return Err(Refused::Overage);
        }
        Ok(Identified {
            subject,
            roles: self.roles_of(settings),
            organisation: settings.organisation.clone(),
            second_factor: SecondFactor { is_used: self.amr.all().iter().any(|way| way == "mfa"), is_always_asked: settings.mfa },
            vouches_for_addresses: settings.vouches_for_addresses,
            email: self.verified_address(settings),
            issuer: self.iss,
            name: self.name,
        })
    }

    /// Their address, where the provider stands for it: one that it verified, and in a domain that it may speak for. `preferred_username` is
    /// not one: whoever has it may choose it.
    fn verified_address(&self, settings: &IdentityProvider) -> Option<VerifiedAddress> {
        let says_so = self.email_verified.as_ref().is_some_and(|said| *said == Value::Bool(true) || *said == "true");
        let address = self.email.as_ref().filter(|_| says_so || settings.addresses_are_verified)?.trim().to_lowercase();
        if !can_be_mailed(&address) {
            return None;
        }
        let domain = address.rsplit_once('@')?.1.to_owned();
        let is_named = settings.domains.iter().any(|one| one.eq_ignore_ascii_case(&domain));
        (is_named || settings.domains.is_empty()).then_some(VerifiedAddress { address, domain, is_named })
    }

    fn subject_of_entra(&self, settings: &IdentityProvider) -> Result<String, Refused> {
        match self.ver.as_deref() {
            Some("2.0") => {}
            Some("1.0") if settings.version_1 => {}
            _ => return Err(Refused::Version),
        }
        let is_guest = self.acct == Some(1) || self.idp.as_ref().is_some_and(|idp| *idp != self.iss);
        if is_guest && !settings.guests {
            return Err(Refused::Guest);
        }
        let (Some(tenant), Some(object)) = (&self.tid, &self.oid) else {
            return Err(Refused::Invalid("it lacks tid or oid".to_owned()));
        };
        if !settings.issuer.contains(tenant.as_str()) {
            return Err(Refused::Invalid("its tenant is not the issuer's".to_owned()));
        }
        Ok(format!("{tenant}/{object}"))
    }

    /// Of the provider's roles and scopes, what the settings map.
    fn roles_of(&self, settings: &IdentityProvider) -> Roles {
        let scopes = [&self.scp, &self.scope].into_iter().flatten().flat_map(|scopes| scopes.split(' '));
        self.roles.all().iter().map(String::as_str).chain(scopes).filter_map(|name| settings.roles.get(name)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::permission::Role;

    fn settings(kind: ProviderKind) -> IdentityProvider {
        let settings = json!({ "issuer": "https://login.example/T/v2.0", "audience": ["desk"], "organisation": "ipo",
            "roles": { "Desk.Approver": "approver", "tickets": "requester" } });
        IdentityProvider { kind, ..serde_json::from_value(settings).expect("settings") }
    }

    fn claims(more: &Value) -> Claims {
        let mut claims = json!({ "iss": "https://login.example/T/v2.0", "sub": "s", "ver": "2.0", "tid": "T", "oid": "o" });
        claims.as_object_mut().expect("claims").extend(more.as_object().expect("claims").clone());
        serde_json::from_value(claims).expect("claims")
    }

    #[test]
    fn a_person_is_who_the_tenant_and_the_object_name_and_never_an_address() {
        let identified = claims(&json!({ "email": "Anna@ipo.example", "roles": ["Desk.Approver", "Other"], "scp": "tickets openid" }));
        let identified = identified.judged(&settings(ProviderKind::Entra)).expect("a person");
        assert_eq!((identified.subject.as_str(), identified.email), ("T/o", None));
        assert_eq!(identified.roles, Roles::from_iter([Role::Approver, Role::Requester]));
    }

    #[test]
    fn an_address_counts_where_the_provider_verified_it_in_a_domain_that_it_speaks_for() {
        let plain = settings(ProviderKind::Oidc);
        let named = IdentityProvider { domains: vec!["IPO.example".to_owned()], ..plain.clone() };
        let entra = IdentityProvider { addresses_are_verified: true, ..named.clone() };
        let anna = json!({ "email": "Anna@ipo.example" });
        let with = |more: Value| {
            let mut claims = anna.clone();
            claims.as_object_mut().expect("claims").extend(more.as_object().expect("claims").clone());
            claims
        };
        for (said, settings, counts) in [
            (with(json!({ "email_verified": true })), &plain, true),
            (with(json!({ "email_verified": true })), &named, true),
            (with(json!({ "email_verified": "true" })), &named, true),
            (with(json!({ "email_verified": false })), &named, false),
            (with(json!({ "email_verified": "no" })), &named, false),
            (with(json!({ "email_verified": 1 })), &named, false),
            (anna.clone(), &named, false),
            (anna.clone(), &entra, true),
            (json!({ "preferred_username": "anna@ipo.example", "email_verified": true }), &entra, false),
            (with(json!({ "email": "anna@ipo.example.evil.example", "email_verified": true })), &named, false),
            (with(json!({ "email": "anna@ipo.example@evil.example", "email_verified": true })), &named, false),
            (with(json!({ "email": "anna", "email_verified": true })), &plain, false),
            (with(json!({ "email": "018f4c1e-7a3b-7c00-8000-0000000000aa@no-address.invalid", "email_verified": true })), &plain, false),
        ] {
            let address = claims(&said).judged(settings).expect("a person").email.map(|email| email.address);
            assert_eq!(address.as_deref(), counts.then_some("anna@ipo.example"), "{said}");
        }
    }

    #[test]
    fn whoever_the_settings_do_not_let_in_is_refused_with_the_reason() {
        let entra = settings(ProviderKind::Entra);
        for (more, refused) in [
            (json!({ "ver": "1.0" }), Refused::Version),
            (json!({ "acct": 1 }), Refused::Guest),
            (json!({ "idp": "https://other.example" }), Refused::Guest),
            (json!({ "_claim_names": { "groups": "src1" } }), Refused::Overage),
            (json!({ "hasgroups": true }), Refused::Overage),
        ] {
            assert_eq!(claims(&more).judged(&entra), Err(refused), "{more}");
        }
        assert!(claims(&json!({ "tid": null })).judged(&entra).is_err());
        assert!(claims(&json!({ "tid": "other" })).judged(&entra).is_err());
    }

    #[test]
    fn iam_07_a_second_factor_counts_only_where_the_token_says_that_it_was_used() {
        let strict = IdentityProvider { mfa: true, ..settings(ProviderKind::Oidc) };
        for (more, is_used) in [
            (json!({}), false),
            (json!({ "amr": [] }), false),
            (json!({ "amr": ["pwd"] }), false),
            (json!({ "amr": ["pwd", "mfa"] }), true),
            // Some providers write one way as a text.
            (json!({ "amr": "mfa" }), true),
            (json!({ "amr": "pwd mfa" }), false),
        ] {
            let second_factor = |settings| claims(&more).judged(settings).expect("a person").second_factor;
            assert_eq!(second_factor(&strict), SecondFactor { is_used, is_always_asked: true }, "{more}");
            assert_eq!(second_factor(&settings(ProviderKind::Oidc)), SecondFactor { is_used, is_always_asked: false }, "{more}");
        }
    }
}
