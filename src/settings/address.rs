//! An address that may contain a password, and how it is shown without it.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize, Serializer};

/// An address such as `postgres://USER:PASSWORD@HOST/DATABASE`; printed, it shows no secrets.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

/// Query keys whose values are shown. Any other value may be, or contain, a secret.
const HARMLESS: [&str; 9] = ["mode", "sslmode", "ssl-mode", "host", "hostaddr", "port", "dbname", "application_name", "connect_timeout"];

impl Address {
    /// The address without what may be secret: the login, and all of a query but the harmless keys. Where it is ambiguous, because a
    /// password contains characters that end an address, only the scheme is shown.
    pub fn masked(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return self.0.rsplit_once('@').map_or_else(|| masked_query(&self.0), |(_, rest)| format!("…@{}", masked_query(rest)));
        };
        let is_file = scheme.eq_ignore_ascii_case("sqlite");
        let (authority, tail) = rest.split_at(if is_file { 0 } else { rest.find(['/', '?', '#']).unwrap_or(rest.len()) });
        if !is_file && tail.contains(['@', '#']) {
            return format!("{scheme}://…");
        }
        let authority = authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("…@{host}"));
        format!("{scheme}://{authority}{}", masked_query(tail))
    }
}

fn masked_query(tail: &str) -> String {
    let Some((path, query)) = tail.split_once('?') else { return tail.to_owned() };
    let is_plain = |value: &str| value.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./:".contains(sign));
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, value)) if HARMLESS.contains(&key) && is_plain(value) => pair.to_owned(),
        Some((key, _)) if is_plain(key) => format!("{key}=…"),
        _ => "…".to_owned(),
    });
    format!("{path}?{}", shown.collect::<Vec<_>>().join("&"))
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Deref for Address {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.masked(), out)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_any_form_is_shown_without_its_password() {
        for (address, shown) in [
            ("postgres://u:geheim@db/x", "postgres://…@db/x"),
            ("postgres://u:gehe@im@db:5432/x?sslmode=require", "postgres://…@db:5432/x?sslmode=require"),
            ("postgresql://u:ge%68eim%40@[::1]:5432/x", "postgresql://…@[::1]:5432/x"),
            ("postgres://db/x?user=u&password=geheim", "postgres://db/x?user=…&password=…"),
            ("postgres://db/x?pass%77ord=geheim&sslmode=require;password=geheim", "postgres://db/x?…&sslmode=…"),
            ("postgres://db/x?options=-c%20secret%3Dgeheim", "postgres://db/x?options=…"),
            ("postgres://u:12/geheim@db/x", "postgres://…"),
            ("postgres://u:12#geheim@db/x", "postgres://…"),
            ("postgres://u:12?geheim@db/x", "postgres://…"),
            ("POSTGRES://u:geheim@db/x", "POSTGRES://…@db/x"),
            ("u:geheim@db/x", "…@db/x"),
            ("db?password=geheim", "db?password=…"),
            ("s3://key:geheim@bucket", "s3://…@bucket"),
            ("sqlite://data/it@home.db?mode=rwc&key=geheim", "sqlite://data/it@home.db?mode=rwc&key=…"),
            ("data/attachments", "data/attachments"),
        ] {
            let address = Address::from(address.to_owned());
            assert_eq!((address.masked().as_str(), format!("{address:?}").contains("geheim")), (shown, false));
        }
    }
}
