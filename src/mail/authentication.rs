//! Whether a message is of whom it says: what the mail server that took it in wrote into `Authentication-Results` (RFC 8601).
//!
//! Only the header of the server that the settings name is believed. It stands above what a sender may have written by the same name, so the
//! topmost result of each method counts. Deliberately absent: looking up keys and policies.

use super::parse::Parsed;
use crate::domain::mail::Authentication;

/// What one method found.
#[derive(Debug, PartialEq, Eq)]
struct Found<'a> {
    method: &'a str,
    result: &'a str,
    /// The domain that it found it of.
    domain: Option<&'a str>,
}

/// What the server named in the settings says of a message, with its words where a check failed.
pub fn judge(mail: &Parsed, server: Option<&str>) -> (Authentication, Option<String>) {
    let Some((server, from)) = server.zip(mail.from.as_ref()) else { return (Authentication::Unverified, None) };
    let headers = mail.authentication_results.iter().filter_map(|header| of_server(header, server));
    let found: Vec<_> = headers.flat_map(|results| results.split(';').filter_map(found)).collect();
    let first = |method: &str| found.iter().find(|one| one.method.eq_ignore_ascii_case(method));
    let is = |one: &Found<'_>, result: &str| one.result.eq_ignore_ascii_case(result);
    let is_aligned = |one: &&Found<'_>| one.domain.is_some_and(|domain| is_of_one_domain(domain, from.domain()));
    let failed = |one: &Found<'_>| (Authentication::Failed, Some(format!("{}={}", one.method, one.result)));
    if let Some(dmarc) = first("dmarc") {
        if is(dmarc, "pass") {
            return (Authentication::Verified, None);
        }
        if is(dmarc, "fail") {
            return failed(dmarc);
        }
    }
    // A message may have several signatures, of which one that fits is enough.
    if found.iter().filter(|one| one.method.eq_ignore_ascii_case("dkim") && is(one, "pass")).any(|one| is_aligned(&one)) {
        return (Authentication::Verified, None);
    }
    match first("spf") {
        Some(spf) if is(spf, "pass") && is_aligned(&spf) => (Authentication::Verified, None),
        Some(spf) if is(spf, "fail") => failed(spf),
        _ => (Authentication::Unverified, None),
    }
}

/// The results in a header of this server.
fn of_server<'a>(header: &'a str, server: &str) -> Option<&'a str> {
    let (by, results) = header.split_once(';')?;
    // A version may follow the name.
    by.split_whitespace().next().filter(|by| by.eq_ignore_ascii_case(server)).map(|_| results)
}

/// `dkim=pass header.d=example.nl`.
fn found(result: &str) -> Option<Found<'_>> {
    let mut words = result.split_whitespace();
    let (method, result) = words.next()?.split_once('=')?;
    let named = words.filter_map(|word| word.split_once('='));
    let domain = named
        .filter(|(name, _)| ["header.d", "header.i", "header.from", "smtp.mailfrom"].iter().any(|known| name.eq_ignore_ascii_case(known)));
    let domain = domain
        .map(|(_, value)| value.trim_matches(['"', '<', '>']))
        .map(|value| value.rsplit_once('@').map_or(value, |(_, domain)| domain))
        .next();
    Some(Found { method, result, domain })
}

/// Whether one domain is the other, or lies in it.
fn is_of_one_domain(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let lies_in = |inner: &str, outer: &str| {
        outer.contains('.') && inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    lies_in(&one, &other) || lies_in(&other, &one)
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn judged(headers: &[&str]) -> Authentication {
        let headers: String = headers.iter().map(|one| format!("Authentication-Results: {one}\r\n")).collect();
        let mail = parse(format!("{headers}From: Anna <anna@ipo.example>\r\nSubject: x\r\n\r\nx\r\n").as_bytes());
        judge(&mail, Some("mx.desk.example")).0
    }

    #[test]
    fn the_results_of_the_named_server_decide() {
        use Authentication::{Failed, Unverified, Verified};
        for (headers, judgement) in [
            (&["mx.desk.example; dmarc=pass header.from=ipo.example"][..], Verified),
            (
                &["mx.desk.example 1; spf=fail smtp.mailfrom=ipo.example;\r\n dkim=pass (2048-bit key) header.d=ipo.example; dmarc=pass"],
                Verified,
            ),
            (&["mx.desk.example; dkim=pass header.d=anders.example; dmarc=fail (p=reject) header.from=ipo.example"], Failed),
            (&["mx.desk.example; dmarc=none; dkim=fail header.d=ipo.example; dkim=pass header.d=mail.ipo.example"], Verified),
            (&["mx.desk.example; spf=fail smtp.mailfrom=anna@ipo.example"], Failed),
            (&["mx.desk.example; spf=fail smtp.mailfrom=x@lijst.example; dkim=pass header.i=@ipo.example"], Verified),
            (&["mx.desk.example; spf=pass smtp.mailfrom=anna@ipo.example"], Verified),
            (&["mx.desk.example; spf=pass smtp.mailfrom=x@anders.example"], Unverified),
            (&["mx.desk.example; spf=softfail smtp.mailfrom=anna@ipo.example"], Unverified),
            (&["MX.desk.example; DMARC=Pass"], Verified),
            (&["mx.desk.example; none"], Unverified),
            (&["mx.anders.example; dmarc=pass"], Unverified),
            (&["mx.desk.example.anders.example; dmarc=pass"], Unverified),
            (&["dmarc=pass"], Unverified),
            (&[], Unverified),
            // What the sender wrote stands below.
            (&["mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass"], Failed),
            // Each method may have a header of its own.
            (&["mx.desk.example; dmarc=pass", "mx.desk.example; spf=fail smtp.mailfrom=x@lijst.example"], Verified),
        ] {
            assert_eq!(judged(headers), judgement, "{headers:?}");
        }
        let mail = parse(b"Authentication-Results: mx.desk.example; dmarc=fail\r\nFrom: a@ipo.example\r\n\r\nx\r\n");
        assert_eq!(judge(&mail, None).0, Unverified, "nobody is believed who is not named");
    }

    #[test]
    fn domains_are_aligned_when_one_lies_in_the_other() {
        for (one, other, is_one) in [
            ("ipo.example", "ipo.example", true),
            ("mail.ipo.example", "IPO.example", true),
            ("ipo.example", "mail.ipo.example", true),
            ("xipo.example", "ipo.example", false),
            ("example", "ipo.example", false),
            ("", "ipo.example", false),
        ] {
            assert_eq!(is_of_one_domain(one, other), is_one, "{one} {other}");
        }
    }
}
