//! What a token says of its holder, and whether the settings let them in.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Identified, Refused, SecondFactor, VerifiedAddress};
use crate::domain::address::can_be_mailed;
use crate::domain::permission::{Role, Roles};
use crate::domain::text::is_visible;
use crate::settings::{IdentityProvider, ProviderKind};

/// What stands for the issuer of everybody whom Entra ID knows: they are the same person whichever of its issuers signed.
const ENTRA: &str = "urn:uurwerk:entra";
/// Characters; OpenID Connect allows a subject no more.
const SUBJECT_CAP: usize = 255;
const NAME_CAP: usize = 200;
const ADDRESS_CAP: usize = 320;

/// Claims of a token whose signature, issuer, audience and times hold. One in an odd form is as if it were not there: it is not needed, or
/// the token is refused for lack of it. No form of a claim is told to the log, since it can hold personal data.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Claims {
    #[serde(deserialize_with = "text")]
    iss: Option<String>,
    #[serde(deserialize_with = "text")]
    sub: Option<String>,
    #[serde(deserialize_with = "text")]
    name: Option<String>,
    #[serde(deserialize_with = "text")]
    email: Option<String>,
    /// `true`, or that in quotes, as some providers say it.
    email_verified: Option<Value>,
    /// Whether the owner of the address's domain is known to Entra ID: `true` or 1, also in quotes.
    xms_edov: Option<Value>,
    #[serde(deserialize_with = "several")]
    roles: Vec<String>,
    /// Scopes, as Entra ID and Okta name them: in one text, or each in its own.
    #[serde(deserialize_with = "several")]
    scp: Vec<String>,
    /// Scopes, as the standard names them.
    #[serde(deserialize_with = "several")]
    scope: Vec<String>,
    /// How the holder signed in (RFC 8176).
    #[serde(deserialize_with = "several")]
    amr: Vec<String>,
    #[serde(deserialize_with = "text")]
    ver: Option<String>,
    #[serde(deserialize_with = "text")]
    tid: Option<String>,
    #[serde(deserialize_with = "text")]
    oid: Option<String>,
    #[serde(deserialize_with = "text")]
    preferred_username: Option<String>,
    /// 1 for a guest.
    acct: Option<Value>,
    /// Where the holder comes from, when that is not the issuer.
    idp: Option<Value>,
    #[serde(rename = "_claim_names")]
    elsewhere: Option<Value>,
    hasgroups: Option<Value>,
    /// `app` where a program signed in, and nobody in person (Entra ID).
    #[serde(deserialize_with = "text")]
    idtyp: Option<String>,
    /// How the token was asked for (Auth0).
    #[serde(deserialize_with = "text")]
    gty: Option<String>,
    // The program that asked for the token, as one provider or another names it.
    #[serde(deserialize_with = "text")]
    client_id: Option<String>,
    #[serde(deserialize_with = "text")]
    azp: Option<String>,
    #[serde(deserialize_with = "text")]
    appid: Option<String>,
    #[serde(deserialize_with = "text")]
    cid: Option<String>,
}

fn text<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(given)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn several<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<String>, D::Error> {
    let text = |value| if let Value::String(text) = value { Some(text) } else { None };
    Ok(match Value::deserialize(given)? {
        Value::String(text) => vec![text],
        Value::Array(values) => values.into_iter().filter_map(text).collect(),
        _ => Vec::new(),
    })
}

/// Whether a claim says yes; in quotes, as some providers write it, too.
fn says_yes(claim: Option<&Value>) -> bool {
    claim.is_some_and(|value| *value == Value::Bool(true) || *value == "true")
}

impl Claims {
    /// Whom they name, where the settings let them in.
    pub fn judged(self, settings: &IdentityProvider) -> Result<Identified, Refused> {
        let (issuer, subject) = match settings.kind {
            ProviderKind::Oidc => (settings.issuer.clone(), self.sub.clone().unwrap_or_default()),
            ProviderKind::Entra => (ENTRA.to_owned(), self.subject_of_entra(settings)?),
        };
        if subject.trim().is_empty() || subject.chars().any(char::is_control) || subject.chars().count() > SUBJECT_CAP {
            return Err(Refused::Invalid("it names nobody, or in a form that no subject has".to_owned()));
        }
        let roles = self.roles_of(settings);
        if self.is_of_a_program(settings.kind) && !roles.has(Role::Integration) {
            return Err(Refused::Program);
        }
        let groups_elsewhere = self.elsewhere.as_ref().is_some_and(|names| names.get("groups").is_some());
        if groups_elsewhere || says_yes(self.hasgroups.as_ref()) {
            tracing::warn!(issuer = settings.issuer, "a token leaves out its groups, because they are too many: its holder is refused");
            return Err(Refused::Overage);
        }
        Ok(Identified {
            subject,
            roles,
            organisation: settings.organisation.clone(),
            second_factor: SecondFactor { is_used: self.amr.iter().any(|way| way == "mfa"), is_always_asked: settings.mfa },
            vouches_for_addresses: settings.vouches_for_addresses,
            email: self.verified_address(settings),
            issuer,
            name: self.name.as_deref().and_then(name),
        })
    }

    /// Their address, where the provider stands for it: one that it verified, and in a domain that it may speak for. `preferred_username` is
    /// not one: whoever has it may choose it.
    fn verified_address(&self, settings: &IdentityProvider) -> Option<VerifiedAddress> {
        let standard = self.email_verified.as_ref().map(|said| says_yes(Some(said)));
        let entra = self.xms_edov.as_ref().map(|said| says_yes(Some(said)) || *said == 1 || *said == "1");
        // What a token says of its own address goes before what the settings say of all.
        let is_verified = match (standard, entra) {
            (None, None) => settings.addresses_are_verified,
            (standard, entra) => standard.unwrap_or(true) && entra.unwrap_or(true),
        };
        let said = self.email.as_deref().filter(|_| is_verified)?;
        let address = address(said)?;
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
        let (Some(tenant), Some(object)) = (&self.tid, &self.oid) else {
            return Err(Refused::Invalid("it lacks tid or oid".to_owned()));
        };
        if settings.tenant() != Some(tenant) {
            return Err(Refused::Invalid("its tenant is not the issuer's".to_owned()));
        }
        if object.is_empty() {
            return Err(Refused::Invalid("it lacks tid or oid".to_owned()));
        }
        if self.is_guest(settings) && !settings.guests {
            return Err(Refused::Guest);
        }
        Ok(format!("{tenant}/{object}"))
    }

    /// What cannot be read as that of a member is a guest's.
    fn is_guest(&self, settings: &IdentityProvider) -> bool {
        let is_member = |account: &Value| account.is_null() || *account == 0 || *account == "0";
        // The tenant itself is named by its issuer of either version.
        let is_own = |from: &Value| {
            from.is_null()
                || from.as_str().is_some_and(|from| {
                    self.iss.as_deref() == Some(from) || from == settings.issuer || settings.issuer_of_version_1().as_deref() == Some(from)
                })
        };
        !self.acct.as_ref().is_none_or(is_member) || !self.idp.as_ref().is_none_or(is_own)
    }

    /// Whether a program signed in by itself. Entra ID gives it one id for `sub` and `oid`, and a person never; elsewhere it is its own
    /// subject, without anything that a person has.
    fn is_of_a_program(&self, kind: ProviderKind) -> bool {
        let says_so = self.idtyp.as_deref() == Some("app") || self.gty.as_deref() == Some("client-credentials");
        let mut programs = [&self.client_id, &self.azp, &self.appid, &self.cid].into_iter().flatten();
        says_so
            || match kind {
                ProviderKind::Entra => self.sub.is_some() && self.sub == self.oid,
                ProviderKind::Oidc => programs.any(|program| {
                    let is_nameless = self.name.is_none() && self.email.is_none() && self.preferred_username.is_none();
                    let is_service = |name: &str| name.strip_prefix("service-account-").is_some_and(|of| of.eq_ignore_ascii_case(program));
                    self.sub.as_ref() == Some(program) && is_nameless || self.preferred_username.as_deref().is_some_and(is_service)
                }),
            }
    }

    /// Of the provider's roles and scopes, what the settings map.
    fn roles_of(&self, settings: &IdentityProvider) -> Roles {
        let scopes = self.scp.iter().chain(&self.scope).flat_map(|scopes| scopes.split(' '));
        self.roles.iter().map(String::as_str).chain(scopes).filter_map(|name| settings.roles.get(name)).copied().collect()
    }
}

/// A name as histories can show it.
fn name(said: &str) -> Option<String> {
    let shown: String = said.chars().filter(|sign| !sign.is_control()).take(NAME_CAP).collect();
    is_visible(&shown).then(|| shown.trim().to_owned())
}

/// An address in lower case; `None` for what cannot be one.
fn address(said: &str) -> Option<String> {
    let address = said.trim().to_lowercase();
    (can_be_mailed(&address) && address.chars().count() <= ADDRESS_CAP).then_some(address)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            (with(json!({ "email_verified": false })), &entra, false),
            (with(json!({ "xms_edov": false })), &entra, false),
            (with(json!({ "xms_edov": "0", "email_verified": true })), &entra, false),
            (with(json!({ "xms_edov": "1" })), &named, true),
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
    fn a_person_of_entra_is_the_same_whichever_version_signed() {
        let both = IdentityProvider { version_1: true, ..settings(ProviderKind::Entra) };
        let first = json!({ "iss": "https://sts.windows.net/T/", "ver": "1.0" });
        let named = |more: &Value| claims(more).judged(&both).map(|one| (one.issuer, one.subject)).expect("a person");
        assert_eq!(named(&first), named(&json!({})));
        // The tenant is the whole of a part of the issuer's address.
        for tid in ["", "login", "login.example", "v2.0"] {
            assert!(claims(&json!({ "tid": tid })).judged(&both).is_err(), "{tid}");
        }
        assert!(claims(&json!({ "oid": "" })).judged(&both).is_err());
    }

    #[test]
    fn a_member_of_the_tenant_is_no_guest_however_it_is_named_and_an_odd_claim_makes_no_member() {
        let entra = settings(ProviderKind::Entra);
        for (more, is_guest) in [
            (json!({ "idp": "https://sts.windows.net/T/", "acct": 0 }), false),
            (json!({ "idp": "https://login.example/T/v2.0", "acct": "0" }), false),
            (json!({ "idp": "https://sts.windows.net/other/" }), true),
            (json!({ "idp": ["https://sts.windows.net/T/"] }), true),
            (json!({ "acct": "jan.jansen@ipo.example" }), true),
            (json!({ "acct": 1.0 }), true),
        ] {
            assert_eq!(claims(&more).judged(&entra) == Err(Refused::Guest), is_guest, "{more}");
        }
    }

    #[test]
    fn a_program_that_signed_in_by_itself_is_nobody() {
        let role = json!({ "roles": ["Desk.Approver"] });
        for (kind, more) in [
            (ProviderKind::Entra, json!({ "idtyp": "app" })),
            (ProviderKind::Entra, json!({ "sub": "o" })),
            (ProviderKind::Oidc, json!({ "idtyp": "app" })),
            (ProviderKind::Oidc, json!({ "gty": "client-credentials" })),
            (ProviderKind::Oidc, json!({ "client_id": "s" })),
            (ProviderKind::Oidc, json!({ "azp": "portal", "preferred_username": "service-account-portal" })),
            (ProviderKind::Oidc, json!({ "cid": "s" })),
        ] {
            let mut said = role.clone();
            said.as_object_mut().expect("claims").extend(more.as_object().expect("claims").clone());
            assert_eq!(claims(&said).judged(&settings(kind)), Err(Refused::Program), "{more}");
        }
        for more in [json!({ "azp": "portal" }), json!({ "client_id": "s", "name": "Anna de Boer" }), json!({ "idtyp": "user" })] {
            assert!(claims(&more).judged(&settings(ProviderKind::Oidc)).is_ok(), "{more}");
        }
    }

    #[test]
    fn scopes_and_roles_are_read_in_either_form_and_odd_claims_are_as_if_they_were_not_there() {
        let plain = settings(ProviderKind::Oidc);
        let both = Roles::from_iter([Role::Approver, Role::Requester]);
        for more in [
            json!({ "scp": ["tickets", "Desk.Approver"] }),
            json!({ "scope": "tickets", "roles": "Desk.Approver" }),
            json!({ "scp": "openid tickets", "roles": ["Desk.Approver", 7, null] }),
            json!({ "scp": ["tickets"], "scope": { "of": "nobody" }, "roles": ["Desk.Approver"], "amr": "pwd" }),
        ] {
            assert_eq!(claims(&more).judged(&plain).expect("a person").roles, both, "{more}");
        }
        let odd = json!({ "name": ["jan"], "email": 7, "preferred_username": {}, "amr": 1, "acct": [], "ver": 2, "hasgroups": "maybe" });
        let identified = claims(&odd).judged(&plain).expect("a person");
        assert_eq!((identified.name, identified.email, identified.second_factor.is_used), (None, None, false));
        assert!(claims(&json!({ "sub": 7 })).judged(&plain).is_err());
    }

    #[test]
    fn what_no_database_keeps_is_no_subject_no_name_and_no_address() {
        let plain = settings(ProviderKind::Oidc);
        for sub in ["", " ", "a\u{0}b", "a\nb", &"a".repeat(256)] {
            assert!(claims(&json!({ "sub": sub })).judged(&plain).is_err(), "{sub:?}");
        }
        let identified = claims(&json!({ "name": "An\u{0}na\n", "email": "an\u{0}na@ipo.example" })).judged(&plain).expect("a person");
        assert_eq!((identified.name.as_deref(), identified.email), (Some("Anna"), None));
        let long =
            claims(&json!({ "name": "a".repeat(9000), "email": format!("{}@x", "a".repeat(9000)) })).judged(&plain).expect("a person");
        assert_eq!((long.name.map(|name| name.len()), long.email), (Some(NAME_CAP), None));
        assert_eq!(claims(&json!({ "name": "\u{200b}" })).judged(&plain).expect("a person").name, None);
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
