//! Reads a delivery report (RFC 3464): which message was not delivered, to whom, and whether trying again can help.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

use super::headers;

/// A report that a message was not delivered, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The enhanced status code, such as `5.1.1`.
    pub status: Option<String>,
    /// The `Message-ID` of the message that was not delivered, without angle brackets.
    pub original_message_id: Option<String>,
    /// In lower case, as the report gives it.
    pub recipient: Option<String>,
    /// A permanent failure (5.x); otherwise a delay (4.x), after which the server tries again.
    pub permanent: bool,
}

/// What a report says about one recipient.
#[derive(Default)]
struct Delivery {
    status: Option<String>,
    action: String,
    recipient: Option<String>,
}

impl Delivery {
    fn is_permanent(&self) -> bool {
        match self.status.as_deref().and_then(|status| status.chars().next()) {
            Some(class) => class == '5',
            // Some servers leave out the status, though RFC 3464 requires it.
            None => self.action == "failed",
        }
    }

    fn is_failure(&self) -> bool {
        self.is_permanent() || self.status.as_deref().is_some_and(|status| status.starts_with('4')) || self.action == "delayed"
    }
}

/// None when the message is no delivery report, or reports a success.
pub(super) fn of(message: &Message<'_>) -> Option<Bounce> {
    let delivery = worst(deliveries(message))?;
    Some(Bounce {
        permanent: delivery.is_permanent(),
        original_message_id: original(message),
        status: delivery.status,
        recipient: delivery.recipient,
    })
}

/// The first permanent failure, else the first delay. A report names several recipients when ours forwards its mail.
fn worst(deliveries: Vec<Delivery>) -> Option<Delivery> {
    let mut failures: Vec<Delivery> = deliveries.into_iter().filter(Delivery::is_failure).collect();
    let worst = failures.iter().position(Delivery::is_permanent).unwrap_or(0);
    (worst < failures.len()).then(|| failures.swap_remove(worst))
}

fn deliveries(message: &Message<'_>) -> Vec<Delivery> {
    let reports = message.parts.iter().filter(|part| is_status(part));
    // A report has groups of fields with an empty line between them: one about the report, then one per recipient.
    let texts = reports.map(|part| String::from_utf8_lossy(part.contents()).replace('\r', ""));
    texts.flat_map(|text| text.split("\n\n").map(delivery).collect::<Vec<_>>()).collect()
}

/// Whether a message says what became of others, whatever it is packed in.
pub(super) fn is_report(message: &Message<'_>) -> bool {
    message.is_content_type("multipart", "report") || message.parts.iter().any(is_status)
}

fn is_status(part: &MessagePart<'_>) -> bool {
    part.is_content_type("message", "delivery-status") || part.is_content_type("message", "global-delivery-status")
}

/// One group of fields. The group about the report itself has no status, and so is no failure.
fn delivery(fields: &str) -> Delivery {
    let fields = format!("{}\n\n", fields.trim());
    let Some(group) = MessageParser::default().parse_headers(&fields) else { return Delivery::default() };
    Delivery {
        status: headers::lowercase(&group, "Status").and_then(|status| status_code(&status)),
        action: headers::lowercase(&group, "Action").unwrap_or_default(),
        recipient: ["Final-Recipient", "Original-Recipient"].into_iter().find_map(|name| recipient(&group, name)),
    }
}

/// `5.1.1 (mailbox unknown)` gives `5.1.1`.
fn status_code(status: &str) -> Option<String> {
    let code: String = status.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(12).collect();
    code.starts_with(['2', '4', '5']).then_some(code)
}

/// `rfc822; jan@example.nl` gives `jan@example.nl`.
fn recipient(group: &Message<'_>, name: &'static str) -> Option<String> {
    let value = headers::lowercase(group, name)?;
    let address = value.rsplit(';').next().unwrap_or_default().trim().trim_matches(['<', '>']).to_owned();
    address.contains('@').then_some(address)
}

/// The Message-ID of the mail reported on: from the enclosed message, from its enclosed headers, or from what the report replies to.
fn original(report: &Message<'_>) -> Option<String> {
    let enclosed = report.parts.iter().find_map(|part| match part.message() {
        Some(message) => headers::message_id(message),
        // One that was encoded is not read any further.
        None if part.is_content_type("text", "rfc822-headers") || headers::media_type(part) == "message/rfc822" => quoted(part),
        None => None,
    });
    enclosed
        .or_else(|| headers::message_ids(report, &mail_parser::HeaderName::InReplyTo).into_iter().next())
        .or_else(|| headers::message_ids(report, &mail_parser::HeaderName::References).into_iter().next_back())
}

fn quoted(part: &MessagePart<'_>) -> Option<String> {
    headers::message_id(&MessageParser::default().parse_headers(part.contents().trim_ascii_start())?)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::super::parse;
    use super::*;

    fn report(status: &str) -> Option<Bounce> {
        let raw = format!(
            "From: mailer-daemon@example.nl\nContent-Type: multipart/report; boundary=b\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.nl\n\n{status}\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <een@desk.example>\n\n--b--\n"
        );
        parse(raw.as_bytes()).bounce
    }

    #[test]
    fn a_report_names_what_failed() {
        let bounce = report("Final-Recipient: rfc822; jan@example.nl\nAction: failed\nStatus: 5.1.1 (unknown)");
        assert_eq!(
            bounce,
            Some(Bounce {
                status: Some("5.1.1".to_owned()),
                original_message_id: Some("een@desk.example".to_owned()),
                recipient: Some("jan@example.nl".to_owned()),
                permanent: true,
            })
        );
    }

    #[test]
    fn a_report_is_one_in_whatever_it_is_packed_and_alone() {
        let status = "Reporting-MTA: dns; mx.example.nl\n\nFinal-Recipient: rfc822; jan@example.nl\nAction: failed\nStatus: 5.1.1\n";
        let original = "Message-ID: <een@desk.example>\n\nHallo";
        let encoded = BASE64_STANDARD.encode(original);
        let part = format!("--b\nContent-Type: message/delivery-status\n\n{status}\n");
        let packed = |kind: &str, original: &str| {
            format!(
                "From: mailer-daemon@example.nl\nContent-Type: multipart/{kind}; boundary=b\n\n--b\n\nNiet bezorgd.\n{part}{original}\n--b--\n"
            )
        };
        let whole = format!("--b\nContent-Type: message/rfc822\n\n{original}");
        let closed = format!("--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}");
        let alone =
            format!("From: mailer-daemon@example.nl\nIn-Reply-To: <een@desk.example>\nContent-Type: message/delivery-status\n\n{status}");
        for raw in [packed("report", &whole), packed("mixed", &whole), packed("alternative", &whole), packed("report", &closed), alone] {
            let read = parse(raw.as_bytes());
            let bounce = read.bounce.unwrap_or_else(|| panic!("no bounce: {raw}"));
            assert_eq!(
                (bounce.original_message_id.as_deref(), bounce.recipient.as_deref(), bounce.permanent),
                (Some("een@desk.example"), Some("jan@example.nl"), true),
                "{raw}"
            );
            assert!(read.automatic.is_some());
        }
        let within = format!("Content-Type: message/rfc822\n\n{}", packed("report", &whole));
        let forwarded = format!("From: a@example.nl\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nKijk.\n--c\n{within}\n--c--\n");
        assert_eq!(parse(forwarded.as_bytes()).bounce, None, "one that a person passes on is no bounce of it");
    }

    #[test]
    fn a_delay_is_not_permanent_and_a_success_no_bounce() {
        let permanent = |fields: &str| report(fields).map(|bounce| bounce.permanent);
        assert_eq!(permanent("Final-Recipient: rfc822; a@example.nl\nAction: delayed\nStatus: 4.4.1"), Some(false));
        assert_eq!(permanent("Final-Recipient: rfc822; a@example.nl\nAction: delivered\nStatus: 2.0.0"), None);
        assert_eq!(permanent("Final-Recipient: rfc822; a@example.nl\nAction: failed"), Some(true));
    }

    #[test]
    fn of_several_recipients_the_permanent_failure_counts() {
        let bounce = report(
            "Final-Recipient: rfc822; a@example.nl\nAction: delayed\nStatus: 4.2.2\n\nFinal-Recipient: rfc822; b@example.nl\nAction: failed\nStatus: 5.1.2",
        );
        assert_eq!(bounce.and_then(|bounce| bounce.recipient).as_deref(), Some("b@example.nl"));
    }
}
