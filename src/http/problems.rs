//! Every code a refusal can carry, on one page: `openapi/problems.md` is made of it.
//!
//! A code that is not here fails where it is used, in every build with assertions, and a test finds it in the sources.
//! Codes are added and never change their meaning.

use std::fmt::Write;

/// Codes of a refusal as a whole, each with its status.
const PROBLEMS: &[(u16, &str, &str)] = &[
    (400, "invalid_request", "What was sent cannot be; `errors` names everything that is wrong with it."),
    (400, "bad_request", "The request could not be read at all."),
    (400, "incomplete_body", "The body did not come in whole."),
    (401, "unauthorized", "Nobody knows who is calling: a valid bearer token is needed."),
    (403, "other_side", "Only the other side of the contract may do this."),
    (403, "client_decides", "Only the client accepts or refuses the solution of an incident."),
    (403, "desk_only", "Only the desk may do this."),
    (403, "raised_by_others", "The contract says who may raise a case to this level, and the caller is not of that side."),
    (404, "not_found", "There is no such thing, or it is another organisation's."),
    (405, "method_not_allowed", "The resource does not answer this method; `Allow` names those it does."),
    (406, "not_acceptable", "The resource has no form that `Accept` takes."),
    (408, "body_too_slow", "The body came in too slowly, and was cut off."),
    (409, "already_approved", "This side has approved it already."),
    (409, "amendment_in_force", "The amendment is in force, and waits for nobody."),
    (409, "amendments_clash", "The amendments recorded for the contract's calendars cannot hold together, or under this text of it."),
    (409, "external_reference_exists", "Another ticket has this reference of this system; `conflictsWith` is that ticket."),
    (409, "idempotency_key_reused", "The `Idempotency-Key` was used for another request in the last 24 hours."),
    (409, "incident_not_open", "The incident that an emergency change names is not open."),
    (409, "move_not_allowed", "The ticket cannot go there from its phase."),
    (409, "no_ladder", "The contract has no ladder for this type."),
    (409, "not_a_sandbox", "Only a desk in sandbox time does this."),
    (409, "not_given_up", "The message left, or still waits to be sent: only one that was given up is sent again."),
    (409, "not_quarantined", "The message is not kept aside or taken for a duplicate, or not any more."),
    (409, "past_rewritten", "Tickets were reported in the time that the contract version claims."),
    (409, "obligation_met", "That the obligation was met is recorded already."),
    (409, "priority_decided", "The desk has decided the priority; a proposal comes too late."),
    (409, "priority_required", "The ticket's clocks need a priority first."),
    (409, "repair_not_agreeable", "The contract leaves no moment of repair to be agreed for this ticket."),
    (409, "ticket_cancelled", "The ticket is cancelled."),
    (409, "ticket_not_open", "Only an open ticket can do this."),
    (409, "too_many_attachments", "The ticket has as many attachments as it can have."),
    (409, "top_of_ladder", "The ticket stands on the highest level."),
    (409, "upload_expired", "The upload took more than a day, and was given up."),
    (409, "version_exists", "This version of the contract was applied with another text."),
    (412, "version_changed", "The ticket changed since it was read: `If-Match` names another version."),
    (413, "attachment_too_large", "An attachment is larger than is taken."),
    (413, "ticket_full", "The ticket's attachments are together as large as is taken."),
    (413, "too_large", "The body is larger than is taken."),
    (415, "unsupported_content_encoding", "The body is compressed; it is taken as it is."),
    (415, "unsupported_media_type", "The body is not in the media type of this operation."),
    (416, "range_not_satisfiable", "The file has no such bytes."),
    (429, "too_many_requests", "Too many requests; `Retry-After` says how many seconds to wait."),
    (500, "internal", "The desk made a fault; it is in its log under the request's `X-Request-Id`."),
    (503, "busy", "Too many changes at once; try again after `Retry-After` seconds."),
    (
        503,
        "unavailable",
        "The database or the store of files cannot be reached or is full; try again after `Retry-After` seconds. What was asked may have been done: ask again under the same `Idempotency-Key`.",
    ),
];

/// Codes of what is wrong with one field, query key or header.
const FIELDS: &[(&str, &str)] = &[
    ("bad_contract", "Is no contract file; the detail names the key and the reason."),
    ("bad_cursor", "Is no cursor of this list."),
    ("bad_date", "Is no date such as 2026-12-24."),
    ("bad_duration", "Is no duration such as PT4H."),
    ("bad_etag", "Is no list of ETags."),
    ("bad_format", "Has not the form it must have."),
    ("bad_instant", "Is no instant with an offset, such as 2026-03-02T08:00:00+01:00."),
    ("bad_interval", "Is no stretch of hours such as 08:00-17:00."),
    ("bad_json", "Is no JSON."),
    ("bad_key", "Is not 1 to 255 visible ASCII characters."),
    ("bad_media_type", "Is no media type such as image/png."),
    ("bad_month", "Is no month such as 2026-03."),
    ("bad_name", "Is no name of a file."),
    ("bad_query", "Cannot be read as a query."),
    ("before_contract", "Lies before the contract was in force."),
    ("before_from", "Does not lie after `from`."),
    ("before_previous", "Lies before the ticket's previous fact."),
    ("blank", "Has nothing in it that can be seen."),
    ("desk_only", "May be given by the desk only."),
    ("empty_body", "The body is empty."),
    ("in_future", "Lies after the present."),
    ("in_past", "Lies before the present."),
    ("invalid", "Cannot be, for a reason its detail gives."),
    ("no_words", "Has no word to look for."),
    ("not_allowed", "May not be given here, or is none of the values it can have."),
    ("not_begun", "Has not begun yet."),
    ("not_first_priority", "Is an incident without the contract's first priority by the desk's decision."),
    ("not_the_senders", "Is not the client whose mail domain the sender has."),
    ("one_of", "Exactly one of several must be given."),
    ("out_of_range", "Is smaller or larger than it can be."),
    ("overlap", "Overlaps with another."),
    ("phone_contact_required", "This priority needs a recorded phone contact first."),
    ("recurring", "The obligation opens by itself, every period."),
    ("repeated", "Is given twice."),
    ("required", "Must be given."),
    ("same_person", "Approved for the other side; each side has a person of its own."),
    ("tier_missing", "The clocks of this type need the client's tier, and there is none."),
    ("too_early", "Lies before there was anything to meet."),
    ("too_long", "Is longer than it can be."),
    ("too_short", "Is shorter than it can be."),
    ("unknown_calendar", "The contract has no such calendar."),
    ("unknown_channel", "Is no channel."),
    ("unknown_contract", "There is no such contract in force."),
    ("unknown_fact", "The obligation is not started by such a fact."),
    ("unknown_field", "Is not a field here."),
    ("unknown_incident", "The client has no such incident under this contract."),
    ("unknown_obligation", "The contract has no such obligation."),
    ("unknown_organisation", "The contract serves no such organisation."),
    ("unknown_parameter", "Is not a query key here."),
    ("unknown_priority", "Is no priority of the contract for this type."),
    ("unknown_requester", "Is nobody of the client: neither known, nor at one of its mail domains."),
    ("unknown_team", "Is none of the desk's teams."),
    ("unknown_tier", "Is no tier of the contract."),
    ("unknown_trigger", "Is no reason for which this level is left."),
    ("unknown_type", "Is none of the ticket types."),
    ("unknown_value", "Is none of the values it can have."),
    ("wrong_type", "Is of another JSON type."),
];

/// Whether a refusal of that status may carry a code.
pub fn is_problem(status: u16, code: &str) -> bool {
    PROBLEMS.iter().any(|(known, name, _)| *known == status && *name == code)
}

/// Whether one field's problem may carry a code.
pub fn is_field(code: &str) -> bool {
    FIELDS.iter().any(|(name, _)| *name == code)
}

/// The page with every code.
pub fn page() -> String {
    let mut page = String::from(
        "# Problem codes\n\n\
         Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; its `type` is `urn:uurwerk:problem:` and that\n\
         code. `errors` names everything that is wrong with what was sent, each with a `pointer`: a JSON pointer into the body, or\n\
         the name of a query key or a header. Codes are added and never change their meaning; a program that meets one it does not\n\
         know goes by the status.\n\n\
         ## Of a refusal\n\n| status | code | meaning |\n|---|---|---|\n",
    );
    for (status, code, meaning) in PROBLEMS {
        let _ = writeln!(page, "| {status} | `{code}` | {meaning} |");
    }
    page.push_str("\n## Of one field, query key or header\n\n| code | meaning |\n|---|---|\n");
    for (code, meaning) in FIELDS {
        let _ = writeln!(page, "| `{code}` | {meaning} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The literal that is the argument at a place of a call which begins `text`.
    fn literal(text: &str, place: usize) -> Option<&str> {
        let (mut depth, mut at, mut in_text, mut begin) = (0, 0, false, None);
        for (index, sign) in text.char_indices() {
            match sign {
                '"' if !text[..index].ends_with('\\') => {
                    in_text = !in_text;
                    if depth == 0 && at == place {
                        match begin {
                            None => begin = Some(index + 1),
                            Some(begin) => return Some(&text[begin..index]),
                        }
                    }
                }
                _ if in_text => {}
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => return None,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => at += 1,
                _ => {}
            }
        }
        None
    }

    #[test]
    fn every_code_in_the_sources_is_on_the_page() {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let mut folders: Vec<_> = ["http", "usecases"].map(|room| root.join(room)).to_vec();
        let (mut missing, mut seen) = (Vec::new(), 0);
        while let Some(path) = folders.pop() {
            if path.is_dir() {
                folders.extend(std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
                continue;
            }
            if path.ends_with("problems.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut look = |call: &str, place: usize, known: &dyn Fn(&str) -> bool| {
                for (at, _) in text.match_indices(call) {
                    let Some(code) = literal(&text[at + call.len()..], place) else { continue };
                    seen += 1;
                    if !known(code) {
                        missing.push(format!("{} in {}", code, path.display()));
                    }
                }
            };
            let whole = |code: &str| PROBLEMS.iter().any(|(_, name, _)| *name == code);
            look("Failure::new(", 1, &whole);
            look("Problem::field(", 1, &is_field);
            look(".refuse(", 1, &is_field);
            look("Conflict { code: ", 0, &whole);
            look("Forbidden { code: ", 0, &whole);
            look("Taken { code: ", 0, &whole);
            look("Problem { pointer: String::new(), code: ", 0, &is_field);
        }
        assert!(missing.is_empty(), "codes that are not in http/problems.rs:\n{}", missing.join("\n"));
        assert!(seen > 50, "the sources were not read: {seen}");
    }

    #[test]
    fn every_code_stands_once() {
        for (at, (status, code, _)) in PROBLEMS.iter().enumerate() {
            assert!(PROBLEMS[..at].iter().all(|earlier| (earlier.0, earlier.1) != (*status, *code)), "{code}");
        }
        for pair in FIELDS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} is out of order", pair[1].0);
        }
    }
}
