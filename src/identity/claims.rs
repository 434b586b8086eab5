//! What a token says of its holder, and whether the settings let them in.

use serde::Deserialize;
use serde_json::Value;

use super::{Identified, Refused, SecondFactor};
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
    preferred_username: Option<String>,
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
        let email = self.email.clone().or_else(|| self.preferred_username.clone().filter(|name| name.contains('@')));
        Ok(Identified {
            subject,
            roles: self.roles_of(settings),
            organisation: settings.organisation.clone(),
            vouched_for: settings.vouches_for_addresses,
            second_factor: SecondFactor { is_used: self.amr.all().iter().any(|way| way == "mfa"), is_always_asked: settings.mfa },
            email: email.map(|email| email.to_lowercase()),
            issuer: self.iss,
            name: self.name,
        })
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
        assert_eq!((identified.subject.as_str(), identified.email.as_deref()), ("T/o", Some("anna@ipo.example")));
        assert_eq!(identified.roles, Roles::from_iter([Role::Approver, Role::Requester]));
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
