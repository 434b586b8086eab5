//! How a request is filled in: each thing that it names is once another organisation's, and once nowhere. An operation that this does not
//! know stops the test.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

/// Something of another organisation beside something that is nowhere.
#[derive(Debug, Clone)]
pub struct Named {
    pub foreign: String,
    pub absent: String,
}

/// What there is of another organisation.
pub struct Things {
    pub number: String,
    pub ticket: String,
    /// One with a root cause analysis.
    pub problem: String,
    pub person: String,
    pub attachment: String,
    pub obligation: String,
    pub inbound: String,
    pub outbound: String,
    pub amendment: String,
    /// What else was made, by the path under which it stands.
    pub others: BTreeMap<&'static str, String>,
}

/// The asker's own, where an operation needs something that is there.
pub const OWN_CONTRACT: &str = "covide";
/// Another client of the same contract, and a contract that serves others alone.
pub const OTHERS: &str = "stichting-proef";
pub const OTHER_CONTRACT: &str = "dap-example";

fn named(foreign: &str, absent: impl Into<String>) -> Named {
    Named { foreign: foreign.to_owned(), absent: absent.into() }
}

fn nobody() -> String {
    Uuid::new_v4().to_string()
}

impl Things {
    /// What a parameter in a path can be.
    pub fn in_path(&self, path: &str, name: &str) -> Vec<Named> {
        let upto = path.split(&format!("{{{name}}}")).next().unwrap_or_default();
        match (upto, name) {
            ("/tickets/", "ref") => vec![named(&self.number, "INC-999999"), named(&self.problem, nobody())],
            ("/tickets/{ref}/attachments/", "id") => vec![named(&self.attachment, nobody())],
            ("/obligations/", "id") => vec![named(&self.obligation, nobody())],
            ("/inbound-messages/", "id") => vec![named(&self.inbound, nobody())],
            ("/outbound-messages/", "id") => vec![named(&self.outbound, nobody())],
            ("/contracts/", "contract") => vec![named(OTHER_CONTRACT, "geen-contract")],
            ("/contracts/{contract}/calendar-amendments/", "amendment") => vec![named(&self.amendment, nobody())],
            ("/people/", "person") => vec![named(&self.person, nobody())],
            (upto, "id" | "rule" | "work" | "view" | "reply" | "contact" | "redaction" | "hold" | "destruction" | "erasure" | "signal")
                if self.others.contains_key(upto) =>
            {
                vec![named(&self.others[upto], nobody())]
            }
            ("/tickets/{ref}/canned-replies/", "reply") => vec![named(&self.others["/canned-replies/"], nobody())],
            ("/tickets/{ref}/clocks/", "kind") => vec![named("response", "response")],
            _ => panic!("the isolation walk does not know what {{{name}}} of {path} names: tell it in tests/it/http/isolation/fill.rs"),
        }
    }

    /// What a query key can be; nothing when it names nobody's things.
    pub fn in_query(&self, path: &str, name: &str) -> Vec<Named> {
        match name {
            "contract" => vec![named(OTHER_CONTRACT, "geen-contract")],
            "organisation" => vec![named(OTHERS, "geen-klant"), named("ipo", "geen-klant")],
            "obligation" => vec![named("verbeterplan-exitplan", "geen-plicht")],
            "mailbox" => vec![named("servicedesk", "geen-mailbox")],
            "ticket" => vec![named(&self.number, "INC-999999"), named(&self.ticket, nobody())],
            "requester" => vec![named(&self.person, nobody()), named("bea@stichting-proef.example", "niemand@stichting-proef.example")],
            "text" => {
                vec![named("Salarissen", "Nergens"), named(&self.number, "INC-999999"), named("bea@stichting-proef", "niemand@nergens")]
            }
            "follower" | "holder" => vec![named(&self.person, nobody())],
            "actor" => vec![named(&format!("client:{}", self.person), format!("client:{}", nobody()))],
            "object" => vec![named(&format!("ticket:{}", self.ticket), format!("ticket:{}", nobody()))],
            "assignee" => vec![named("geheime-behandelaar", "geen-behandelaar")],
            "priority" => vec![named("p1", "p99")],
            "view" => vec![named(&self.others["/saved-views/"], nobody())],
            "begin" => vec![named("geheim", "geen")],
            "tag" => vec![named("geheim-label", "geen-label")],
            "updatedSince" => vec![named("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z")],
            "type" | "state" | "phase" | "team" | "channel" | "openedFrom" | "openedBefore" | "updatedFrom" | "updatedBefore"
            | "observedFrom" | "observedBefore" | "dueFrom" | "dueBefore" | "kind" | "role" | "reviewOverdue" | "isActive" | "from"
            | "until" | "action" | "result" | "breached" | "sort" | "pageSize" | "cursor" | "classification" | "outcome" | "month"
            | "asOf" | "name" | "mediaType" | "visibility" | "service" | "category" | "supportLine" | "unassigned" | "least" | "days"
            | "atRisk" | "needsAttention" | "outOfScope" | "major" | "longOpen" | "calledOutsideHours" | "awaitedDecision" => Vec::new(),
            _ => panic!(
                "the isolation walk does not know whether ?{name} of {path} names something: tell it in tests/it/http/isolation/fill.rs"
            ),
        }
    }
}

/// What a query key must have when it has to be there.
pub fn required(path: &str, name: &str) -> &'static str {
    match name {
        "contract" => OWN_CONTRACT,
        "month" => "2026-03",
        "mailbox" => "support",
        "name" => "a.txt",
        _ => panic!("the isolation walk does not know what to give as ?{name} of {path}: tell it in tests/it/http/isolation/fill.rs"),
    }
}

/// What is sent.
#[derive(Debug, Clone)]
pub enum Sent {
    Nothing,
    Json(Value),
    Bytes(&'static str),
}

/// The bodies of an operation. `{number}`, `{id}`, `{contract}`, `{organisation}` and `{client}` stand for what is another's or nowhere.
pub fn bodies(operation: &str) -> Vec<Sent> {
    let ticket = |more: Value| {
        let mut ticket = json!({
            "type": "incident", "contract": OWN_CONTRACT, "title": "x", "description": "x", "channel": "portal",
            "requester": { "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }
        });
        for (key, value) in more.as_object().expect("fields") {
            ticket[key] = value.clone();
        }
        ticket
    };
    let bodies = match operation {
        "createTicketAttachment" | "createInboundMessage" => return vec![Sent::Bytes("From: eva@gemeente-voorbeeld.example\r\n\r\nx\r\n")],
        // It names nothing, and whoever asks would be nobody afterwards.
        "createSignOut" => return Vec::new(),
        "createOutboundMessageAttempt"
        | "createTicketMessageDraftRemoval"
        | "createSavedViewRemoval"
        | "createCannedReplyRemoval"
        | "createRoutingRuleRemoval"
        | "createAccessTokenRevocation"
        | "createLocalAccountClosure"
        | "createInboundMessageRedactionApproval"
        | "createSecuritySignalRedactionApproval" => return vec![Sent::Nothing],
        "createAccessToken" => vec![json!({ "name": "x", "password": "x", "totp": "000000" })],
        "createAccessTokenGrant" => vec![json!({ "name": "x", "roles": ["approver"], "organisation": "{client}" })],
        "createLocalAccount" => vec![json!({ "name": "x", "roles": ["administrator"], "password": "x" })],
        "createLocalAccountRecovery" => vec![json!({ "password": "x" })],
        "createRoleAssignment" => {
            vec![json!({ "kind": "right", "role": "approver", "contract": "{contract}", "organisation": "{client}", "holder": "{email}" })]
        }
        "createRoleApproval" | "createTicketRedactionApproval" | "createCalendarAmendmentApproval" => {
            vec![json!({ "side": "client", "approvedBy": "x" })]
        }
        "createRoleEnding"
        | "createLegalHoldLift"
        | "createDestructionEnding"
        | "createTicketAttentionRemoval"
        | "createTicketRedactionEnding"
        | "createTicketMergeRemoval"
        | "createInboundMessageRedaction"
        | "createInboundMessageRedactionEnding"
        | "createSecuritySignalRedaction"
        | "createSecuritySignalRedactionEnding" => vec![json!({ "reason": "x" })],
        "createRoleAbsence" => vec![json!({ "fromAt": "2027-01-01T12:00:00Z", "untilAt": "2027-02-01T12:00:00Z", "deputy": "{email}" })],
        "createRoleAbsenceEnding" => vec![json!({ "absence": "018f4c1e-7a3b-7c00-8000-0000000000aa" })],
        "createRoleDeputy" => vec![json!({ "deputy": "{email}" })],
        "createRoleReview" | "createDestructionApproval" | "createObligationFulfilment" => vec![json!({ "evidence": "x" })],
        "createCall" => vec![json!({ "contract": "{contract}", "organisation": "{client}", "name": "x", "phone": "+31612345678" })],
        "createLegalHold" => vec![json!({ "kind": "ticket", "subject": "{number}", "reason": "x" })],
        "createErasure" => vec![json!({ "person": "{person}", "reason": "x" })],
        "createDestruction" => vec![json!({ "contract": "{contract}", "class": "tickets" })],
        "createContact" => vec![json!({ "person": "{person}" })],
        "updateContact" => vec![json!({ "isActive": false })],
        "createPerson" => vec![json!({ "organisation": "{client}", "name": "x", "email": "{email}" })],
        "updatePerson" | "updateSavedView" => vec![json!({ "name": "x" })],
        "updateTicketAttachment" => vec![json!({ "classification": "restricted" })],
        "createTicketTags" | "createTicketTagRemoval" => vec![json!({ "tags": ["x"] })],
        "createTicketFollower" | "createTicketFollowerRemoval" => vec![json!({}), json!({ "person": "{person}" })],
        "createTicketWorkLog" => vec![json!({ "minutes": 1, "text": "x" })],
        "createTicketWorkLogCorrection" => vec![json!({ "text": "x" })],
        "createTicketMessageDraft" => vec![json!({ "visibility": "public", "body": "x" })],
        "createCannedReply" => vec![json!({ "title": "x", "body": "x" })],
        "updateCannedReply" => vec![json!({ "title": "x" })],
        "createSavedView" => vec![json!({ "name": "x", "query": "contract={contract}" })],
        "createTicketFlag" => vec![json!({ "flag": "privacy" })],
        "createTicketFlagRemoval" => vec![json!({ "flag": "privacy", "reason": "x" })],
        "createTicketRedaction" => vec![json!({ "what": "attachment", "target": "018f4c1e-7a3b-7c00-8000-0000000000aa", "reason": "x" })],
        "createContractPlan" | "createContractSimulation" | "createContractVersion" => vec![json!({ "contract": "id = \"{contract}\"" })],
        "createCalendarAmendment" => vec![json!({})],
        "createInboundMessageTicket" => vec![json!({}), json!({ "contract": "{contract}", "organisation": "{client}" })],
        "createObligation" => vec![
            json!({ "contract": "{contract}", "organisation": "ipo", "obligation": "verbeterplan-exitplan", "evidence": "x" }),
            json!({ "contract": OWN_CONTRACT, "organisation": "{client}", "obligation": "verbeterplan-exitplan", "evidence": "x" }),
        ],
        "createSandboxAdvance" => vec![json!({ "by": "PT1S" })],
        "createTicket" => vec![
            ticket(json!({ "contract": "{contract}" })),
            ticket(json!({ "organisation": "{client}" })),
            ticket(json!({ "requester": { "name": "Bea", "email": "{email}" } })),
            ticket(json!({ "type": "change_request", "emergencyFor": "{number}" })),
            ticket(json!({ "type": "change_request", "emergencyFor": "{id}" })),
            ticket(json!({ "links": [{ "kind": "follows_from", "ticket": "{number}" }] })),
            ticket(json!({ "links": [{ "kind": "follows_from", "ticket": "{id}" }] })),
        ],
        "createTickets" => vec![json!({ "items": [
            ticket(json!({ "contract": "{contract}" })), ticket(json!({ "type": "change_request", "emergencyFor": "{id}" })),
        ] })],
        "updateTicket" => vec![json!({ "title": "x" }), json!({ "priority": "p1" }), json!({ "assignee": "x" })],
        "createTicketEscalation" => vec![json!({ "code": "x", "reason": "x" })],
        "createTicketMessage" => vec![json!({ "visibility": "public", "body": "x" }), json!({ "visibility": "internal", "body": "x" })],
        "createTicketRepairAgreement" => {
            vec![json!({ "dueAt": "2027-01-01T12:00:00Z", "agreedBy": { "name": "x", "email": "x@ipo.example" } })]
        }
        "createTicketRootCause" => vec![json!({ "deeperCause": "x", "proposal": "x" })],
        "createTicketTransition" => vec![json!({ "to": "resolved", "reason": "x" }), json!({ "to": "cancelled", "reason": "x" })],
        _ => of_types(operation),
    };
    bodies.into_iter().map(Sent::Json).collect()
}

/// The same of what tickets have by their types.
fn of_types(operation: &str) -> Vec<Value> {
    match operation {
        "createTicketActs" => vec![
            json!({ "tickets": ["{number}"], "assignee": "x" }),
            json!({ "tickets": ["{id}"], "tags": ["x"], "link": { "kind": "blocks", "ticket": "{number}" } }),
            json!({ "tickets": ["{id}"], "transition": { "to": "cancelled", "reason": "x" } }),
        ],
        "createRoutingRule" => vec![
            json!({ "name": "x", "team": "x" }),
            json!({ "name": "x", "team": "x", "conditions": { "contracts": ["{contract}"], "organisations": ["{client}"] } }),
        ],
        "updateRoutingRule" => vec![json!({ "position": 1 })],
        "createRoutingTrial" => vec![json!({})],
        "createTicketExternalReference" | "createTicketExternalReferenceRemoval" => vec![json!({ "system": "x", "reference": "{number}" })],
        "createTicketResponseTeam" => vec![json!({ "team": "it", "task": "x" })],
        "createTicketResponseTeamRemoval" => vec![json!({ "team": "it", "reason": "x" })],
        "createSecuritySignals" => vec![
            json!({ "contract": "{contract}", "source": "client", "title": "x", "description": "x" }),
            json!({ "contract": OWN_CONTRACT, "organisation": "{client}", "source": "client", "title": "x", "description": "x" }),
        ],
        "updateSecuritySignal" => vec![json!({ "response": "x" })],
        "createSecuritySignalDiscussion" => vec![json!({ "role": "servicemanager", "note": "x", "person": "{person}" })],
        "createSecuritySignalIncident" => vec![json!({ "incident": "{number}" }), json!({ "incident": "{id}" })],
        "createTicketOutcome" => vec![json!({ "outcome": "change_needed", "explanation": "x" })],
        "createTicketWorkaround" => vec![json!({ "instruction": "x" })],
        "createTicketSecurityReport" => vec![json!({ "courseOfEvents": "x", "response": "x", "lessons": "x" })],
        "createTicketCalamity" => vec![json!({ "downtime": "x", "dataLoss": "x", "fallback": "none" })],
        "createTicketFinding" => {
            vec![json!({ "causes": ["late"], "clientInfrastructureWorks": true, "thirdPartyInfrastructureWorks": true })]
        }
        "createTicketRequestForm" => vec![json!({ "values": {} })],
        "createTicketProposal" => {
            vec![json!({ "approach": "x", "solution": "x", "planning": "x", "price": "1", "validUntilDate": "2027-01-01" })]
        }
        "createTicketQuotation" => vec![json!({ "price": "1", "validUntilDate": "2027-01-01" })],
        "createTicketAssessment" => {
            vec![json!({ "nature": "extension", "class": "normal", "impact": "low", "risk": "low", "explanation": "x", "cost": "0" })]
        }
        "createTicketChangePlan" => {
            vec![json!({ "startsAt": "2027-01-01T12:00:00Z", "endsAt": "2027-01-01T13:00:00Z", "implementation": "x", "backOut": "x" })]
        }
        "createTicketTestReport" => vec![json!({ "passed": true, "findings": "x" })],
        "createTicketReview" => vec![json!({ "result": "succeeded", "lessons": "x" })],
        "createTicketScopeChange" => vec![json!({ "outOfScope": true, "reason": "x" })],
        "createTicketLineChange" => vec![json!({ "line": "second", "reason": "x" })],
        "createTicketMajorDeclaration" => vec![json!({ "major": true, "reason": "x" })],
        "createTicketLink" => vec![json!({ "kind": "blocks", "ticket": "{number}" }), json!({ "kind": "blocked_by", "ticket": "{id}" })],
        "createTicketMerge" => vec![json!({ "into": "{number}", "reason": "x" }), json!({ "into": "{id}", "reason": "x" })],
        "createTicketLinkRemoval" => vec![json!({ "kind": "blocks", "ticket": "{number}", "reason": "x" })],
        "createTicketDecision" => vec![
            json!({ "question": "solution", "verdict": "yes", "reason": "x" }),
            json!({ "question": "solution", "verdict": "no", "reason": "x", "decidedBy": "{email}",
                "evidence": "018f4c1e-7a3b-7c00-8000-0000000000aa" }),
        ],
        _ => panic!("the isolation walk does not know what to send to {operation}: tell it in tests/it/http/isolation/fill.rs"),
    }
}

impl Things {
    /// What a placeholder in a body stands for.
    pub fn in_body(&self) -> Vec<(&'static str, Named)> {
        vec![
            ("{number}", named(&self.number, "INC-999999")),
            ("{id}", named(&self.ticket, "018f4c1e-7a3b-7c00-8000-0000000000aa")),
            ("{person}", named(&self.person, "018f4c1e-7a3b-7c00-8000-0000000000aa")),
            ("{contract}", named(OTHER_CONTRACT, "geen-contract")),
            ("{client}", named(OTHERS, "geen-klant")),
            ("{email}", named("bea@stichting-proef.example", "niemand@stichting-proef.example")),
        ]
    }
}
