//! Whether a message is of whom it says, found out by the desk itself: the signatures on it (DKIM), the server that it came from (SPF), and what
//! the sender's domain says of both (DMARC), looked up by `mail-auth`.
//!
//! It is asked where the mail server in front says nothing of that ([`super::authentication`]). SPF needs the address from which that server took the
//! message, which stands in the topmost `Received` that it wrote; without that, SPF is not judged, and a message fails by nothing. What cannot be
//! looked up now shows nothing either. Nobody is asked who is not named in the settings: looking up a domain tells its owner of the mail.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult};
use mail_parser::{HeaderName, HeaderValue, Host, Message};

use super::authentication::is_of_one_domain;
use super::parse::{self, Parsed};
use crate::domain::mail::Authentication;
use crate::settings;

/// How long the look-ups of each of the three may take: none of them takes another's time, or a name server that hangs would decide.
const PATIENCE: Duration = Duration::from_secs(5);
/// A message has a signature or three of its sender's domain.
const MOST_SIGNATURES: usize = 10;
/// In the settings, the resolver of the machine.
const OF_THE_MACHINE: &str = "system";

pub struct SenderChecks {
    looks_up: MessageAuthenticator,
    /// The mail servers in front of the desk, as they name themselves.
    servers: Vec<String>,
}

/// Where a mail server took a message from.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    ip: IpAddr,
    /// As what it introduced itself.
    helo: String,
    /// Which of our servers took it.
    server: String,
    /// The sender of its envelope; empty for none.
    sender: String,
}

impl SenderChecks {
    /// `None` where the settings name no resolver; the error says what is wrong with the one they name.
    pub fn new(settings: &settings::Mail) -> Result<Option<Self>, String> {
        let Some(named) = &settings.resolver else { return Ok(None) };
        let looks_up = if named == OF_THE_MACHINE {
            MessageAuthenticator::new_system_conf()
        } else {
            let place = settings::place_of_resolver(named).ok_or("is not an address, nor \"system\"")?;
            MessageAuthenticator::new(ResolverConfig::from_name_servers(vec![at(place)]), options())
        };
        let looks_up = looks_up.map_err(|error| error.to_string())?;
        Ok(Some(Self { looks_up, servers: settings.received_by.clone() }))
    }

    /// Whether a raw message is of the sender that was read from it, with what failed.
    pub async fn judge(&self, raw: &[u8], mail: &Parsed) -> (Authentication, Option<String>) {
        let nothing = (Authentication::Unverified, None);
        let Some(from) = mail.from.as_ref().filter(|_| !mail.several_senders) else { return nothing };
        let content = parse::without_envelope(raw);
        let Some(message) = parse::message(content) else { return nothing };
        let mut signed = AuthenticatedMessage::from_parsed(&message, content, true);
        // Who is judged is who it is taken to be of, however that is written in the message.
        signed.from = vec![from.email.clone()];
        // Others have no say, and are not asked: a sender could have us ask a name server of theirs that never answers.
        let names_sender = |named: &[String]| named.iter().any(|name| name.trim().eq_ignore_ascii_case("from"));
        signed.dkim_headers.retain(|one| could_be_aligned(&one.header.d, from.domain()) && names_sender(&one.header.h));
        signed.dkim_headers.truncate(MOST_SIGNATURES);
        self.looked_up(&signed, self.origin(&message), from.domain()).await
    }

    async fn looked_up(
        &self,
        message: &AuthenticatedMessage<'_>,
        origin: Option<Origin>,
        domain: &str,
    ) -> (Authentication, Option<String>) {
        let signatures = in_time(self.looks_up.verify_dkim(message)).await.unwrap_or_default();
        let spf = match &origin {
            Some(Origin { ip, helo, server, sender }) => {
                let asked = if sender.is_empty() {
                    SpfParameters::verify_ehlo(*ip, helo, server)
                } else {
                    SpfParameters::verify_mail_from(*ip, helo, server, sender)
                };
                Some(in_time(self.looks_up.verify_spf(asked)).await.unwrap_or_default())
            }
            None => None,
        };
        let unknown = SpfOutput::default();
        let envelope =
            origin.as_ref().map_or("", |origin| origin.sender.rsplit_once('@').map_or(origin.helo.as_str(), |(_, domain)| domain));
        let asked = DmarcParameters::new(message, &signatures, envelope, spf.as_ref().unwrap_or(&unknown));
        let Some(policy) = in_time(self.looks_up.verify_dmarc(asked)).await else { return (Authentication::Unverified, None) };
        let policy = policy.result();
        verdict(&policy, &signatures, spf.as_ref().map(|spf| (spf.result(), envelope)), domain)
    }

    /// What the server of ours says that took it from outside: those above are its own way from one of ours to the next. Of a server that the settings do
    /// not name nothing is known, and so of nothing below it: a sender may have written that.
    fn origin(&self, message: &Message<'_>) -> Option<Origin> {
        let headers = &message.parts.first()?.headers;
        let sender = headers.iter().find(|header| header.name == HeaderName::ReturnPath).and_then(|header| header.value.as_text());
        for header in headers.iter().filter(|header| header.name == HeaderName::Received) {
            let HeaderValue::Received(received) = &header.value else { return None };
            let (by, ip) = (name(received.by()?), received.from_ip());
            let is_it = |server: &&String| server.trim_end_matches('.').eq_ignore_ascii_case(by.trim_end_matches('.'));
            let server = self.servers.iter().find(is_it)?.clone();
            let Some(ip) = ip.filter(|ip| !is_inside(*ip)) else { continue };
            let helo = received.helo().or_else(|| received.from()).map(name).unwrap_or_default();
            let sender = sender.unwrap_or_default().trim_matches(['<', '>', ' ']).to_owned();
            return Some(Origin { ip, helo, server, sender });
        }
        None
    }
}

/// Whether an address is one of a network of our own.
fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

async fn in_time<T>(looked_up: impl Future<Output = T>) -> Option<T> {
    let found = tokio::time::timeout(PATIENCE, looked_up).await;
    found.inspect_err(|_elapsed| tracing::warn!("who sent a mail could not be looked up in time")).ok()
}

/// Whether two domains may be of one organisation: the policy of one says so, and is looked up.
fn could_be_aligned(one: &str, other: &str) -> bool {
    let end = |domain: &str| domain.trim_end_matches('.').rsplit('.').take(2).map(str::to_lowercase).collect::<Vec<_>>();
    end(one) == end(other)
}

fn name(host: &Host<'_>) -> String {
    match host {
        Host::Name(name) => name.to_string(),
        Host::IpAddr(ip) => ip.to_string(),
    }
}

fn at(place: SocketAddr) -> NameServerConfig {
    let on = |mut connection: ConnectionConfig| {
        connection.port = place.port();
        connection
    };
    NameServerConfig::new(place.ip(), true, vec![on(ConnectionConfig::udp()), on(ConnectionConfig::tcp())])
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = Duration::from_secs(2);
    options.attempts = 2;
    options
}

/// A domain's policy counts; of one without, a signature that fits, and then where the message came from. `spf` is absent where that is not known.
fn verdict(
    policy: &DmarcResult,
    signatures: &[DkimOutput<'_>],
    spf: Option<(SpfResult, &str)>,
    domain: &str,
) -> (Authentication, Option<String>) {
    let is_signed = signatures.iter().any(|one| {
        let by = one.signature().filter(|_| one.result() == &DkimResult::Pass);
        by.is_some_and(|signature| is_of_one_domain(&signature.d, domain))
    });
    match policy {
        DmarcResult::Pass => (Authentication::Verified, None),
        // It could be from a server that the domain allows: that we do not know.
        DmarcResult::Fail(_) if spf.is_some() => (Authentication::Failed, Some("dmarc=fail".to_owned())),
        DmarcResult::None if is_signed => (Authentication::Verified, None),
        DmarcResult::None => match spf {
            Some((SpfResult::Fail, _)) => (Authentication::Failed, Some("spf=fail".to_owned())),
            Some((SpfResult::Pass, envelope)) if is_of_one_domain(envelope, domain) => (Authentication::Verified, None),
            _ => (Authentication::Unverified, None),
        },
        DmarcResult::Fail(_) | DmarcResult::TempError(_) | DmarcResult::PermError(_) => (Authentication::Unverified, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_message_came_from_is_what_our_own_server_says() {
        let checks = SenderChecks {
            looks_up: MessageAuthenticator::new(ResolverConfig::from_name_servers(Vec::new()), options()).expect("a resolver"),
            servers: ["mx.desk.example", "Store.desk.example."].map(str::to_owned).to_vec(),
        };
        let raw = b"Return-Path: <anna@ipo.example>\r\n\
            Received: from mx.desk.example (localhost [127.0.0.1]) by store.desk.example with LMTP; Mon, 2 Mar 2026 08:00:03 +0100\r\n\
            Received: from mail.ipo.example (mail.ipo.example [192.0.2.7])\r\n by mx.desk.example (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 08:00:02 +0100\r\n\
            Received: from x (x [198.51.100.1]) by mx.desk.example with ESMTP id 2; Mon, 2 Mar 2026 08:00:01 +0100\r\n\
            From: anna@ipo.example\r\n\r\nHallo.\r\n";
        let message = parse::message(raw).expect("a message");
        let origin = checks.origin(&message).expect("an origin");
        assert_eq!((origin.ip, origin.helo.as_str()), ("192.0.2.7".parse().expect("an address"), "mail.ipo.example"));
        assert_eq!((origin.server.as_str(), origin.sender.as_str()), ("mx.desk.example", "anna@ipo.example"));
        let by = |server: &str| format!("Received: from x (x [192.0.2.7]) by {server} with SMTP; Mon, 2 Mar 2026 08:00:01 +0100\r\n");
        for of_others in [by("mx.anders.example"), by("mx.anders.example") + &by("mx.desk.example")] {
            let raw = format!("{of_others}From: a@b.example\r\n\r\nx\r\n");
            assert_eq!(checks.origin(&parse::message(raw.as_bytes()).expect("a message")), None, "{of_others}");
        }
    }
}
