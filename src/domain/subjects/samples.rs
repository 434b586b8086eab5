//! Rows as they are stored, of every kind there is.

use serde_json::{Value, json};

use super::EventKind;
use crate::domain::history::EventData as _;
use crate::domain::ticket;

const ID: &str = "018f4c1e-7a3b-7c00-8000-0000000000aa";

/// Each as the name of its kind and what is stored beside that.
pub fn stored() -> Vec<(&'static str, Value)> {
    [on_tickets(), about_tickets(), on_others()].concat()
}

fn on_tickets() -> Vec<(&'static str, Value)> {
    let moved = |from: &str, to: &str, state: &str| json!({ "from": from, "to": to, "state": state, "cause": null });
    vec![
        (
            "ticket.registered",
            json!({ "type": "incident", "contract": "covide", "contractVersion": ID, "priority": "p1", "decided": true, "tier": "premium",
                "channel": "phone", "phase": "registered", "acknowledge": true, "p1ByMail": false, "related": null, "emergencyFor": null }),
        ),
        (
            "ticket.registered",
            json!({ "type": "change_request", "contract": "covide", "contractVersion": ID, "priority": null, "decided": false, "tier": null,
                "channel": "email", "phase": "registered", "acknowledge": false, "p1ByMail": true, "related": ID, "emergencyFor": ID }),
        ),
        ("ticket.prioritised", json!({ "priority": "p2", "before": "p1" })),
        ("ticket.priority_proposed", json!({ "priority": "p2", "before": null })),
        (
            "ticket.retyped",
            json!({ "type": "problem", "before": "incident", "priority": "p2", "decided": false, "decidedPriority": "p2",
                "proposedPriority": null, "from": "in_progress", "to": "investigating", "state": "active" }),
        ),
        ("ticket.type_confirmed", json!({ "type": "incident" })),
        ("ticket.retiered", json!({ "tier": "basic", "before": "premium" })),
        ("ticket.repair_agreed", json!({ "dueAt": "2026-03-03T15:00:00Z", "agreedBy": ID })),
        ("ticket.assigned", json!({ "assignee": "bob", "team": null })),
        ("ticket.assigned", json!({ "assignee": null, "team": "beheer", "thirdParty": "Glasvezel BV" })),
        ("ticket.unassigned", json!({ "assignee": null, "team": null })),
        ("ticket.flagged", json!({ "flag": "security", "aspects": ["integrity", "confidentiality"] })),
        ("ticket.flagged", json!({ "flag": "privacy" })),
        ("ticket.unflagged", json!({ "flag": "confidential" })),
        ("ticket.redacted", json!({ "redaction": ID, "what": "message", "target": ID, "visibility": "internal" })),
        ("ticket.destroyed", json!({ "destruction": ID })),
        ("ticket.files_destroyed", json!({ "destruction": ID, "visibility": "public" })),
        ("ticket.person_erased", json!({ "person": ID, "visibility": "internal" })),
        ("ticket.edited", json!({ "fields": ["title", "description", "item"] })),
        ("ticket.replied", json!({})),
        ("ticket.replied", json!({ "byPhone": true })),
        ("ticket.message_received", json!({})),
        ("ticket.noted", json!({})),
        ("ticket.attached", json!({ "attachment": ID, "visibility": "internal", "sizeBytes": 1024 })),
        (
            "ticket.file_classified",
            json!({ "attachment": ID, "visibility": "internal", "classification": "restricted", "before": "internal" }),
        ),
        ("ticket.file_infected", json!({ "attachment": ID, "visibility": "public", "found": "Eicar-Test-Signature" })),
        ("ticket.part_written", json!({ "part": "root_cause", "version": 2 })),
        ("ticket.phoned", json!({ "visibility": "internal" })),
        ("ticket.moved", moved("registered", "in_progress", "active")),
        ("ticket.held", json!({ "from": "in_progress", "to": "on_hold", "state": "waiting", "cause": "requester" })),
        ("ticket.resumed", moved("on_hold", "in_progress", "active")),
        ("ticket.resolved", moved("in_progress", "resolved", "resolved")),
        ("ticket.solution_refused", moved("resolved", "in_progress", "active")),
        (
            "ticket.accepted",
            json!({ "from": "resolved", "to": "closed", "state": "closed", "cause": null, "closingTexts": ["measures", "results"] }),
        ),
        (
            "ticket.resolved",
            json!({ "from": "in_progress", "to": "resolved", "state": "resolved", "cause": null, "handling": "with_client" }),
        ),
        ("ticket.moved", json!({ "from": "registered", "to": "in_progress", "state": "active", "cause": null, "alongWith": ID })),
        ("ticket.reopened", moved("closed", "in_progress", "active")),
        ("ticket.cancelled", moved("registered", "cancelled", "cancelled")),
        ("ticket.reminded", json!({ "question": "solution", "count": 1 })),
        ("clock.warned", json!({ "clock": "resolution", "percent": 75, "sent": true })),
        ("clock.warned", json!({ "clock": "response", "percent": 50, "sent": false, "provisional": true })),
        ("clock.breached", json!({ "clock": "resolution", "goal": 1, "target": "PT4H", "breachedAt": "2026-03-02T11:00:00Z" })),
        (
            "clock.breach_voided",
            json!({ "clock": "resolution", "goal": 1, "target": "PT4H", "breachedAt": "2026-03-02T11:00:00Z", "why": "reprioritised" }),
        ),
        (
            "clock.breach_voided",
            json!({ "clock": "resolution", "goal": 2, "target": "PT8H", "breachedAt": "2026-03-02T11:00:00Z", "why": "calendar",
                "amendment": ID }),
        ),
        (
            "calendar.amended",
            json!({ "amendment": ID, "calendar": "support", "date": "2026-03-20", "change": "hours", "hours": ["08:00-12:00"] }),
        ),
        (
            "ticket.index_rebuilt",
            json!({ "differences": [{ "what": "ticket.next_due_at", "stored": null, "replayed": "2026-03-02T11:00:00Z" }] }),
        ),
        ("mail.given_up", json!({ "message": ID, "template": "confirmation" })),
        ("mail.sent_again", json!({ "message": ID, "template": "confirmation" })),
        ("escalation.climbed", json!({ "ladder": "dap", "from": 0, "to": 1, "trigger": "breached:resolution" })),
        (
            "escalation.proposed",
            json!({ "ladder": "dap", "from": 1, "to": 2, "trigger": "level-open", "raisedBy": ["client", "supplier"] }),
        ),
    ]
}

fn about_tickets() -> Vec<(&'static str, Value)> {
    vec![
        ("ticket.part_written", json!({ "part": "outcome", "version": 1, "says": "change_needed" })),
        (
            "ticket.specified",
            json!({ "kind": "adapt", "service": "mail", "category": "hardware", "faultLocation": "third_party", "wantedByDate": "2026-03-31" }),
        ),
        ("ticket.specified", json!({})),
        ("ticket.scoped", json!({ "outOfScope": true })),
        ("ticket.line_changed", json!({ "line": "second", "before": "first", "systemFault": true })),
        ("ticket.major_declared", json!({ "major": true })),
        ("ticket.linked", json!({ "relation": "causes", "ticket": ID, "visibility": "internal" })),
        ("ticket.unlinked", json!({ "relation": "causes", "ticket": ID, "visibility": "public" })),
        ("ticket.decided", json!({ "question": "approval", "verdict": "yes", "side": "supplier" })),
        ("ticket.decided", json!({ "question": "change_needed", "verdict": "no", "side": "client", "decidedBy": ID, "evidence": ID })),
        ("ticket.planned", json!({ "startsAt": "2026-03-02T11:00:00Z", "endsAt": "2026-03-02T12:00:00Z" })),
        ("ticket.attention_asked", json!({ "why": "emergency_doubtful" })),
        ("ticket.attention_settled", json!({})),
        ("ticket.reference_added", json!({ "system": "Topdesk" })),
        ("ticket.reference_removed", json!({ "system": "Topdesk" })),
        ("ticket.tagged", json!({ "tags": ["vpn", "oost"] })),
        ("ticket.untagged", json!({ "tags": ["vpn"] })),
        ("ticket.followed", json!({ "follower": ID, "visibility": "internal" })),
        ("ticket.unfollowed", json!({ "follower": ID, "visibility": "internal" })),
        ("ticket.merged", json!({ "into": ID })),
        ("ticket.merge_undone", json!({ "into": ID, "phase": "on_hold", "cause": "requester" })),
        (
            "ticket.merged_in",
            json!({ "ticket": ID, "followers": [{ "follower": ID, "visibility": "public" }, { "follower": ID, "visibility": "internal" }] }),
        ),
        (
            "ticket.merged_in",
            json!({ "ticket": ID, "followers": [], "links": [{ "relation": "caused_by", "ticket": ID, "visibility": "internal" }] }),
        ),
        ("ticket.merged_in_undone", json!({ "ticket": ID })),
        ("ticket.work_logged", json!({ "minutes": 30, "date": "2026-03-02" })),
        ("ticket.response_team_called", json!({ "team": "juridisch" })),
        ("ticket.response_team_taken_back", json!({ "team": "juridisch" })),
        ("ticket.work_logged", json!({ "minutes": -30, "date": "2026-03-02", "corrects": ID })),
    ]
}

fn on_others() -> Vec<(&'static str, Value)> {
    vec![
        ("obligation.opened", json!({ "period": "2026-Q1" })),
        ("obligation.opened", json!({ "fact": "audit", "factAt": "2026-03-02T11:00:00Z" })),
        ("obligation.reminded", json!({ "before": "P5D" })),
        ("obligation.due_moved", json!({ "from": "2026-03-02T11:00:00Z", "to": "2026-03-03T11:00:00Z", "amendment": ID })),
        ("obligation.late", json!({ "dueAt": "2026-03-02T11:00:00Z" })),
        ("obligation.late_voided", json!({ "metAt": "2026-03-02T10:00:00Z" })),
        ("obligation.met", json!({})),
        (
            "obligation.index_rebuilt",
            json!({ "differences": [{ "what": "obligation.due_at", "stored": null, "replayed": "2026-03-02T11:00:00Z" }] }),
        ),
        (
            "role.granted",
            json!({ "kind": "matrix", "role": "servicemanager", "contract": "dap", "holder": ID, "fromAt": "2026-03-02T11:00:00Z",
                "untilAt": null, "needsApproval": true, "thirdParty": false, "replaces": ID, "reviewDueAt": "2026-09-02T11:00:00Z" }),
        ),
        ("role.approved", json!({ "side": "client", "approval": ID })),
        ("role.took_effect", json!({})),
        (
            "role.absence_planned",
            json!({ "absence": ID, "fromAt": "2026-03-02T11:00:00Z", "untilAt": "2026-03-03T11:00:00Z", "deputy": null }),
        ),
        ("role.absence_shortened", json!({ "absence": ID, "untilAt": "2026-03-02T12:00:00Z" })),
        ("role.absence_cancelled", json!({ "absence": ID })),
        ("role.deputy_named", json!({ "absence": ID, "deputy": ID })),
        ("role.deputy_lost", json!({ "absence": ID, "deputy": ID, "because": "left" })),
        ("role.uncovered", json!({ "absence": ID })),
        ("role.end_set", json!({ "untilAt": "2026-03-03T11:00:00Z", "successor": ID })),
        ("role.ended", json!({})),
        ("role.review_due", json!({ "dueAt": "2026-09-02T11:00:00Z" })),
        ("role.reviewed", json!({ "reviewDueAt": "2027-03-02T11:00:00Z" })),
        (
            "role.index_rebuilt",
            json!({ "differences": [{ "what": "role_assignment.until_at", "stored": null, "replayed": "2026-03-02T11:00:00Z" }] }),
        ),
        (
            "security_signal.recorded",
            json!({ "contract": "dap", "contractVersion": ID, "observation": ID, "source": "third_party", "observedAt": "2026-03-02T11:00:00Z" }),
        ),
        ("security_signal.responded", json!({})),
        ("security_signal.discussed", json!({ "role": "ciso" })),
        ("security_signal.discussed", json!({ "role": "ciso", "person": ID })),
        ("security_signal.became_incident", json!({ "ticket": ID })),
        ("security_signal.redacted", json!({ "redaction": ID, "what": "signal_note", "target": ID })),
        (
            "security_signal.index_rebuilt",
            json!({ "differences": [{ "what": "security_signal.incident_id", "stored": null, "replayed": ID }] }),
        ),
    ]
}

/// What of these happened to tickets.
pub fn of_tickets() -> Vec<ticket::EventData> {
    let of_tickets = stored().into_iter().filter(|(name, _)| matches!(EventKind::named(name), Some(EventKind::Ticket(_))));
    of_tickets.map(|(name, stored)| ticket::EventData::from_json(name, stored).expect("a row")).collect()
}
