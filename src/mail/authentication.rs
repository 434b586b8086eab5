//! Whether a message is of whom it says: what the mail server that took it in wrote into `Authentication-Results` (RFC 8601).
//!
//! Only the header of the server that the settings name is believed; of one that does not name itself (`UNNAMED`), the topmost of all if it
//! names nobody. It stands above what a sender may have written by the same name, so the
//! topmost result of each method counts. Where none of them says anything, [`super::sender_check`] may find out.

use super::parse::Parsed;
use crate::domain::mail::Authentication;

/// In the settings, a server that does not say in its results who found them, as that of Microsoft 365.
const UNNAMED: &str = "-";

/// What one method found.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    method: String,
    result: String,
    /// The domain that it found it of.
    domain: Option<String>,
}

/// What the server named in the settings says of a message, with its words where a check failed; none where it says nothing.
pub fn judge(mail: &Parsed, server: Option<&str>) -> Option<(Authentication, Option<String>)> {
    let (server, from) = server.zip(mail.from.as_ref())?;
    let believed = if server == UNNAMED { 1 } else { mail.authentication_results.len() };
    let headers: Vec<_> = mail.authentication_results.iter().take(believed).filter_map(|header| of_server(header, server)).collect();
    if headers.iter().all(Vec::is_empty) {
        return None;
    }
    // Of each method, those in the topmost header that has any.
    let of = |method: &str| {
        let with_it = headers.iter().find(|found| found.iter().any(|one| one.method == method));
        with_it.into_iter().flatten().filter(move |one| one.method == method).collect::<Vec<_>>()
    };
    let is_aligned = |one: &&&Found| one.domain.as_ref().is_some_and(|domain| is_of_one_domain(domain, from.domain()));
    let failed = |one: &Found| Some((Authentication::Failed, Some(format!("{}={}", one.method, one.result))));
    // Nothing is said of a domain that the message is not of.
    let dmarc = of("dmarc");
    // What Microsoft 365 makes of all of them, and of what it knows itself.
    let composite = of("compauth");
    if let Some(failure) = dmarc.iter().chain(&composite).find(|one| one.result == "fail") {
        return failed(failure);
    }
    if dmarc.iter().any(|one| one.result == "pass" && one.domain.as_ref().is_some_and(|domain| domain.eq_ignore_ascii_case(from.domain())))
    {
        return Some((Authentication::Verified, None));
    }
    // A message may have several signatures, of which one that fits is enough.
    if of("dkim").iter().filter(|one| one.result == "pass").any(|one| is_aligned(&one)) {
        return Some((Authentication::Verified, None));
    }
    let spf = of("spf");
    if let Some(failure) = spf.iter().find(|one| one.result == "fail") {
        return failed(failure);
    }
    let is_verified = spf.iter().filter(|one| one.result == "pass").any(|one| is_aligned(&one));
    Some((if is_verified { Authentication::Verified } else { Authentication::Unverified }, None))
}

/// The results in a header of this server.
fn of_server(header: &str, server: &str) -> Option<Vec<Found>> {
    let bare = bare(header);
    if server == UNNAMED {
        let results = bare.split(';').map(found).collect::<Vec<_>>();
        return results.first().is_some_and(Option::is_some).then(|| results.into_iter().flatten().collect());
    }
    let (by, results) = bare.split_once(';')?;
    // A version may follow the name.
    by.split_whitespace().next().filter(|by| by.eq_ignore_ascii_case(server))?;
    Some(results.split(';').filter_map(found).collect())
}

/// A header without comments, and with nothing in quotation marks that would part it: a sender chooses some of what stands there. No blanks are
/// left around `=`.
fn bare(header: &str) -> String {
    let (mut bare, mut depth, mut is_quoted) = (String::new(), 0_usize, false);
    let mut signs = header.chars();
    while let Some(sign) = signs.next() {
        match sign {
            // What it stands before means nothing.
            '\\' if is_quoted || depth > 0 => {
                signs.next();
            }
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted && depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ';' | '=' | ' ' | '\t' if is_quoted => bare.push('_'),
            '=' => {
                bare.truncate(bare.trim_end().len());
                bare.push('=');
            }
            ' ' | '\t' if bare.ends_with('=') => {}
            _ => bare.push(sign),
        }
    }
    bare
}

/// `dkim=pass header.d=example.nl`; a version may stand behind the method.
fn found(result: &str) -> Option<Found> {
    let mut words = result.split_whitespace();
    let (method, result) = words.next()?.split_once('=')?;
    let method = method.split('/').next().unwrap_or(method).to_ascii_lowercase();
    let properties: &[&str] = match &*method {
        "dmarc" => &["header.from"],
        "dkim" => &["header.d", "header.i"],
        _ => &["smtp.mailfrom"],
    };
    let mut named = words.filter_map(|word| word.split_once('='));
    let domain = named
        .find(|(name, _)| properties.iter().any(|known| name.eq_ignore_ascii_case(known)))
        .map(|(_, value)| value.trim_matches(['<', '>']));
    let domain = domain.map(|value| value.rsplit_once('@').map_or(value, |(_, domain)| domain).to_owned());
    Some(Found { method, result: result.to_ascii_lowercase(), domain })
}

/// Whether one domain is the other, or lies in it.
pub(super) fn is_of_one_domain(one: &str, other: &str) -> bool {
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
        let headers = headers.iter().map(|one| format!("Authentication-Results: {one}\r\n")).collect::<Vec<_>>().concat();
        let mail = parse(format!("{headers}From: Anna <anna@ipo.example>\r\nSubject: x\r\n\r\nx\r\n").as_bytes());
        judge(&mail, Some("mx.desk.example")).map_or(Authentication::Unverified, |(judgement, _)| judgement)
    }

    #[test]
    fn the_results_of_the_named_server_decide() {
        use Authentication::{Failed, Unverified, Verified};
        for (headers, judgement) in [
            (&["mx.desk.example; dmarc=pass header.from=ipo.example"][..], Verified),
            (
                &[
                    "mx.desk.example 1; spf=fail smtp.mailfrom=ipo.example;\r\n dkim=pass (2048-bit key; x) header.d=ipo.example; dmarc=pass header.from=ipo.example",
                ],
                Verified,
            ),
            (&["mx.desk.example; dkim=pass header.d=anders.example; dmarc=fail (p=reject) header.from=ipo.example"], Failed),
            (&["mx.desk.example; dmarc=none; dkim=fail header.d=ipo.example; dkim=pass header.d=mail.ipo.example"], Verified),
            (&["mx.desk.example; spf=fail smtp.mailfrom=anna@ipo.example"], Failed),
            (&["mx.desk.example; spf=fail smtp.mailfrom=x@lijst.example; dkim=pass header.i=@ipo.example"], Verified),
            (&["mx.desk.example; spf=pass smtp.mailfrom=anna@ipo.example"], Verified),
            (&["mx.desk.example; spf=pass smtp.mailfrom=x@anders.example"], Unverified),
            (&["mx.desk.example; spf=softfail smtp.mailfrom=anna@ipo.example"], Unverified),
            (&["MX.desk.example; DMARC=Pass Header.From=IPO.example"], Verified),
            (&["mx.desk.example; dmarc=pass header.from=anders.example"], Unverified),
            (&["mx.desk.example; dmarc=pass"], Unverified),
            (&["mx.desk.example; dmarc = fail header.from=ipo.example"], Failed),
            (&["(x) \"mx.desk.example\"; dmarc/1=fail"], Failed),
            // The sender chooses what stands in quotation marks, and in comments.
            (
                &[
                    "mx.desk.example; spf=fail smtp.mailfrom=\"a; dmarc=pass header.from=ipo.example; b\"@anders.example; dmarc=fail header.from=ipo.example",
                ],
                Failed,
            ),
            (&["mx.desk.example; spf=none (x; dmarc=pass header.from=ipo.example)"], Unverified),
            (&["mx.desk.example; dmarc=none; dkim=none", "mx.desk.example; dkim=pass header.d=ipo.example"], Unverified),
            (&["mx.desk.example; none"], Unverified),
            (&["mx.anders.example; dmarc=pass"], Unverified),
            (&["mx.desk.example.anders.example; dmarc=pass"], Unverified),
            (&["dmarc=pass"], Unverified),
            (&[], Unverified),
            // What the sender wrote stands below.
            (&["mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass"], Failed),
            // Each method may have a header of its own.
            (&["mx.desk.example; dmarc=pass header.from=ipo.example", "mx.desk.example; spf=fail smtp.mailfrom=x@lijst.example"], Verified),
        ] {
            assert_eq!(judged(headers), judgement, "{headers:?}");
        }
        let mail = parse(b"Authentication-Results: mx.desk.example; dmarc=fail\r\nFrom: a@ipo.example\r\n\r\nx\r\n");
        assert_eq!(judge(&mail, None), None, "nobody is believed who is not named");
    }

    #[test]
    fn of_a_server_that_does_not_name_itself_the_topmost_header_counts() {
        let judged = |headers: &[&str]| {
            let headers = headers.iter().map(|one| format!("Authentication-Results: {one}\r\n")).collect::<Vec<_>>().concat();
            let mail = parse(format!("{headers}From: Anna <anna@ipo.example>\r\n\r\nx\r\n").as_bytes());
            judge(&mail, Some(UNNAMED)).map_or(Authentication::Unverified, |(judgement, _)| judgement)
        };
        let forged = "spf=fail (sender IP is 192.0.2.1)\r\n smtp.mailfrom=ipo.example; dkim=none (message not signed)\r\n header.d=none;dmarc=fail \
                      action=oreject header.from=ipo.example;compauth=fail reason=000";
        let own = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=ipo.example; dkim=pass (signature was verified) header.d=ipo.example;dmarc=pass \
                   action=none header.from=ipo.example;compauth=pass reason=100";
        assert_eq!((judged(&[forged, own]), judged(&[own, forged])), (Authentication::Failed, Authentication::Verified));
        assert_eq!(judged(&["dmarc=pass action=none header.from=anders.example;compauth=pass reason=100"]), Authentication::Unverified);
        assert_eq!(judged(&["spf=pass smtp.mailfrom=ipo.example;compauth=fail reason=001"]), Authentication::Failed);
        let named = format!("mx.anders.example; {own}");
        assert_eq!((judged(&[&named]), judged(&[&named, own])), (Authentication::Unverified, Authentication::Unverified));
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
