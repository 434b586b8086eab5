//! A request for every operation that changes something, with what it needs to be done.

use serde_json::{Value, json};
use totp_rs::Totp;
use uurwerk::domain::permission::Role;
use uurwerk::time::TimeSource;

use crate::support::{Answer, Desk, incident};

/// An operation with a request that it does.
pub struct Request {
    pub operation: &'static str,
    pub method: &'static str,
    pub path: String,
    pub body: Body,
    /// Only where it is not for those who have a role.
    pub signs_in: Option<SignsIn>,
}

/// For who comes with a token of their own, or without one; refused is whoever comes without.
pub struct SignsIn {
    /// What is refused.
    pub wrong: Body,
    pub token: Option<String>,
    /// Who they are known as when they are in.
    pub actor: String,
}

pub enum Body {
    Json(Value),
    Bytes(&'static str),
    None,
}

pub fn request(operation: &'static str, path: impl Into<String>, body: Value) -> Request {
    let body = if body.is_null() { Body::None } else { Body::Json(body) };
    Request { operation, method: "POST", path: path.into(), body, signs_in: None }
}

/// A request for every operation that changes something, each of which can be done now.
pub async fn requests(desk: &Desk) -> Vec<Request> {
    let kept = closed(desk).await;
    let rest = [
        of_tickets_mails_and_contracts(desk).await,
        super::types::of_types(desk).await,
        of_few(desk).await,
        of_people(desk).await,
        of_roles(desk).await,
        of_access(desk).await,
        of_privacy(desk, &kept).await,
    ];
    // A code is good for half a minute or a little longer.
    let first = signs_in(desk).await;
    std::iter::once(first).chain(rest.into_iter().flatten()).collect()
}

/// What was made, by a field of the answer.
pub fn made(answer: &Answer, pointer: &str) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}: {}", answer.body)).to_owned()
}

async fn of_tickets_mails_and_contracts(desk: &Desk) -> Vec<Request> {
    let id = |answer: &Answer| made(answer, "/id");
    let number = desk.registers(&incident("p3")).await;
    let of_ticket = |what: &str| format!("/v1/tickets/{number}{what}");
    let mut problem = incident("p2");
    problem["type"] = json!("problem");
    problem.as_object_mut().expect("fields").remove("priority");
    let problem = desk.registers(&problem).await;
    let low = json!({
        "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "x", "description": "x", "priority": "low",
        "channel": "phone", "requester": { "name": "Anna", "email": "anna@voorbeeld.example" }
    });
    let low = desk.registers(&low).await;
    let stranger = "From: vreemd@elders.example\nSubject: Onbekend\nMessage-ID: <8@elders.example>\n\nHallo.\n";
    let kept_aside = id(&desk.mail_arrives("servicedesk", stranger).await);
    let fact = json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Brief." });
    let obligation = id(&desk.post("/v1/obligations", &fact).await);
    let signal = json!({ "contract": "dap-example", "source": "client", "title": "x", "description": "x" });
    let signals = "/v1/security-signals";
    let of_signal = format!("{signals}/{}", made(&desk.post(signals, &signal).await, "/items/0/id"));
    let mut breach = incident("p3");
    (breach["flags"], breach["securityAspects"]) = (json!(["security"]), json!(["integrity"]));
    let breach = desk.registers(&breach).await;
    let amendments = "/v1/contracts/dap-example/calendar-amendments";
    let amendment = |date: &str| json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Dicht." });
    let waiting = id(&desk.post(amendments, &amendment("2026-03-02")).await);
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"dap-ander\"", 1);
    let given_up = given_up(desk).await;
    vec![
        request("createTicket", "/v1/tickets", incident("p3")),
        request("createTickets", "/v1/tickets/_bulk", json!({ "items": [incident("p3")] })),
        Request { method: "PATCH", ..request("updateTicket", of_ticket(""), json!({ "title": "Anders" })) },
        request("createTicketMessage", of_ticket("/messages"), json!({ "visibility": "public", "body": "Dag." })),
        request("createTicketTransition", of_ticket("/transitions"), json!({ "to": "in_progress", "reason": "Zo is het." })),
        request("createTicketEscalation", of_ticket("/escalations"), json!({ "code": "geen-oplossing", "reason": "Te lang." })),
        request(
            "createTicketRepairAgreement",
            format!("/v1/tickets/{low}/repair-agreements"),
            json!({ "dueAt": "2026-09-01T12:00:00Z", "agreedBy": { "name": "Bert", "email": "bert@voorbeeld.example" } }),
        ),
        request("createTicketRootCause", format!("/v1/tickets/{problem}/root-causes"), json!({ "deeperCause": "x", "proposal": "y" })),
        Request { body: Body::Bytes("inhoud"), ..request("createTicketAttachment", of_ticket("/attachments?name=beeld.png"), Value::Null) },
        Request {
            body: Body::Bytes("From: anna@ipo.example\r\nSubject: Printer\r\nMessage-ID: <9@ipo.example>\r\n\r\nKapot.\r\n"),
            ..request("createInboundMessage", "/v1/inbound-messages?mailbox=servicedesk", Value::Null)
        },
        request("createInboundMessageTicket", format!("/v1/inbound-messages/{kept_aside}/tickets"), json!({ "organisation": "ipo" })),
        request(
            "createObligation",
            "/v1/obligations",
            json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Tweede brief." }),
        ),
        request("createObligationFulfilment", format!("/v1/obligations/{obligation}/fulfilments"), json!({ "evidence": "Verzonden." })),
        request("createSecuritySignals", signals, signal),
        Request { method: "PATCH", ..request("updateSecuritySignal", of_signal.as_str(), json!({ "response": "x" })) },
        request(
            "createSecuritySignalDiscussion",
            format!("{of_signal}/discussions"),
            json!({ "role": "information-security-officer", "note": "x" }),
        ),
        request("createSecuritySignalIncident", format!("{of_signal}/incidents"), json!({ "incident": breach })),
        request("createCalendarAmendment", amendments, amendment("2026-12-22")),
        request(
            "createCalendarAmendmentApproval",
            format!("{amendments}/{waiting}/approvals"),
            json!({ "side": "client", "approvedBy": "anna@ipo.example", "evidence": "Verslag." }),
        ),
        request("createContractVersion", "/v1/contracts", json!({ "contract": text })),
        request("createOutboundMessageAttempt", format!("/v1/outbound-messages/{given_up}/attempts"), Value::Null),
        request("createSandboxAdvance", "/v1/sandbox/advances", json!({ "by": "PT1M" })),
    ]
}

/// A mail that was given up.
async fn given_up(desk: &Desk) -> String {
    let folder = desk.app.settings.mail.folder.clone();
    drop(std::fs::remove_dir_all(&folder));
    std::fs::write(&folder, "").expect("a file in the way");
    desk.registers(&incident("p3")).await;
    desk.passes("P6D").await;
    std::fs::remove_file(folder).expect("the way is free");
    let failed = desk.get("/v1/outbound-messages?state=failed").await;
    failed.body["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", failed.body)).to_owned()
}

/// Of tickets that few may see, and of what is taken from a ticket for good.
async fn of_few(desk: &Desk) -> Vec<Request> {
    let (flagged, plain) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let flag = json!({ "flag": "privacy" });
    made(&desk.post(&format!("/v1/tickets/{flagged}/flags"), &flag).await, "/id");
    let messages = format!("/v1/tickets/{plain}/messages");
    let said = made(&desk.post(&messages, &json!({ "visibility": "public", "body": "Nummer 123456782." })).await, "/id");
    let redactions = format!("/v1/tickets/{plain}/redactions");
    let files = format!("/v1/tickets/{plain}/attachments");
    let file = desk.send_raw(&format!("{files}?name=a.txt"), b"x".to_vec(), &[("content-type", "application/octet-stream")]).await;
    let file = format!("{files}/{}", made(&file, "/id"));
    let of_message = json!({ "what": "message", "target": said, "reason": "Een nummer." });
    // One person asks and another approves.
    let other = desk.person(None, "Bob Smid", "bob@leverancier.example", &[Role::AgentLine1]).await;
    let asked = made(&desk.ask(Some(&other), "POST", &redactions, Some(&of_message)).await, "/id");
    let references = json!({ "what": "references", "reason": "Een nummer." });
    let refused = made(&desk.ask(Some(&other), "POST", &redactions, Some(&references)).await, "/id");
    let mail = |id: u8| format!("From: wie@elders.example\nSubject: x\nMessage-ID: <redactie-{id}@elders.example>\n\n{id}\n");
    let mut of_mails = Vec::new();
    for id in 0..3 {
        let came = made(&desk.mail_arrives("servicedesk", &mail(id)).await, "/id");
        of_mails.push(format!("/v1/inbound-messages/{came}/redactions"));
    }
    let why = json!({ "reason": "Een nummer." });
    let mut asked_of_mails = Vec::new();
    for path in &of_mails[1..] {
        asked_of_mails.push(made(&desk.ask(Some(&other), "POST", path, Some(&why)).await, "/id"));
    }
    let officer = desk.person(None, "Olga Vos", "olga@leverancier.example", &[Role::SecurityOfficer]).await;
    let signal = json!({ "contract": "dap-example", "organisation": "ipo", "source": "client", "title": "x", "description": "x" });
    let mut of_signals = Vec::new();
    for _ in 0..3 {
        let id = made(&desk.post("/v1/security-signals", &signal).await, "/items/0/id");
        of_signals.push(format!("/v1/security-signals/{id}/redactions"));
    }
    let mut asked_of_signals = Vec::new();
    for path in &of_signals[1..] {
        asked_of_signals.push(made(&desk.ask(Some(&officer), "POST", path, Some(&why)).await, "/id"));
    }
    vec![
        request("createSecuritySignalRedaction", &*of_signals[0], why.clone()),
        request("createSecuritySignalRedactionApproval", format!("{}/{}/approvals", of_signals[1], asked_of_signals[0]), Value::Null),
        request("createSecuritySignalRedactionEnding", format!("{}/{}/endings", of_signals[2], asked_of_signals[1]), why.clone()),
        request("createCall", "/v1/calls", call()),
        request("createTicketRedaction", &*redactions, json!({ "what": "texts", "reason": "Een nummer." })),
        request("createTicketRedactionApproval", format!("{redactions}/{asked}/approvals"), Value::Null),
        request("createTicketRedactionEnding", format!("{redactions}/{refused}/endings"), why.clone()),
        request("createInboundMessageRedaction", &*of_mails[0], why.clone()),
        request("createInboundMessageRedactionApproval", format!("{}/{}/approvals", of_mails[1], asked_of_mails[0]), Value::Null),
        request("createInboundMessageRedactionEnding", format!("{}/{}/endings", of_mails[2], asked_of_mails[1]), why),
        Request { method: "PATCH", ..request("updateTicketAttachment", file, json!({ "classification": "restricted" })) },
        request("createTicketFlag", format!("/v1/tickets/{plain}/flags"), flag),
        request(
            "createTicketFlagRemoval",
            format!("/v1/tickets/{flagged}/flag-removals"),
            json!({ "flag": "privacy", "reason": "Het was niets." }),
        ),
    ]
}

fn call() -> Value {
    json!({ "contract": "covide", "organisation": "stichting-proef", "name": "Bea Bakker", "phone": "+31 6 12345678", "assignee": "piet" })
}

/// Records somebody; their id.
async fn recorded(desk: &Desk, organisation: &str, name: &str) -> String {
    let person = json!({ "organisation": organisation, "name": name, "email": format!("{name}@{organisation}.example") });
    made(&desk.post("/v1/people", &person).await, "/id")
}

async fn of_people(desk: &Desk) -> Vec<Request> {
    let (eva, cas) = (recorded(desk, "gemeente-voorbeeld", "eva").await, recorded(desk, "gemeente-voorbeeld", "cas").await);
    let contacts = "/v1/contracts/covide/contacts";
    let contact = made(&desk.post(contacts, &json!({ "person": eva })).await, "/id");
    let new = json!({ "organisation": "ipo", "name": "Dirk", "email": "dirk@ipo.example" });
    vec![
        request("createPerson", "/v1/people", new),
        Request { method: "PATCH", ..request("updatePerson", format!("/v1/people/{cas}"), json!({ "name": "Cas" })) },
        request("createContact", contacts, json!({ "person": cas })),
        Request { method: "PATCH", ..request("updateContact", format!("{contacts}/{contact}"), json!({ "isActive": false })) },
    ]
}

async fn of_roles(desk: &Desk) -> Vec<Request> {
    let roles = "/v1/role-assignments";
    recorded(desk, "ipo", "bram").await;
    let right = |role: Role, until: Value| {
        json!({
            "kind": "right", "role": role.as_str(), "organisation": "ipo", "holder": "bram@ipo.example", "reason": "Zo afgesproken.",
            "untilAt": until
        })
    };
    let pending = right(Role::GlobalAdministrator, json!("2026-06-01T08:00:00+02:00"));
    let sam = desk.signer().await;
    let grants = async |body: Value| made(&desk.ask(Some(&sam), "POST", roles, Some(&body)).await, "/id");
    let pending = grants(pending).await;
    let held = format!("{roles}/{}", grants(right(Role::Approver, Value::Null)).await);
    let away =
        |month: u8| json!({ "fromAt": format!("2026-0{month}-01T08:00:00+02:00"), "untilAt": format!("2026-0{month}-09T08:00:00+02:00") });
    let absence = made(&desk.post(&format!("{held}/absences"), &away(7)).await, "/absences/0/id");
    vec![
        request("createRoleAssignment", roles, right(Role::FunctionalAdministrator, Value::Null)),
        request("createRoleApproval", format!("{roles}/{pending}/approvals"), json!({ "evidence": "Akkoord." })),
        request("createRoleAbsence", format!("{held}/absences"), away(8)),
        request("createRoleDeputy", format!("{held}/deputies"), json!({ "absence": absence, "deputy": "anna@ipo.example" })),
        request("createRoleAbsenceEnding", format!("{held}/absence-endings"), json!({ "absence": absence })),
        request("createRoleReview", format!("{held}/reviews"), json!({ "evidence": "Functie ongewijzigd." })),
        request("createRoleEnding", format!("{held}/endings"), json!({ "reason": "Niet meer nodig." })),
    ]
}

const ACCOUNTS: &str = "/v1/local-accounts";
const PASSWORD: &str = "zevende-boot-klinkt-groen";

fn account(name: &str) -> Value {
    json!({ "name": name, "roles": ["agent_line_1"], "password": PASSWORD })
}

async fn of_access(desk: &Desk) -> Vec<Request> {
    let ends = TimeSource::machine().now().plus(90 * 24 * 3600).expect("an instant").to_string();
    let grant = json!({ "name": "monitoring", "roles": ["integration"], "expiresAt": ends });
    let granted = made(&desk.post("/v1/access-token-grants", &grant).await, "/accessToken/id");
    let opened = format!("{ACCOUNTS}/{}", made(&desk.post(ACCOUNTS, &account("Noodtoegang")).await, "/account/id"));
    let leaves = desk.post("/v1/access-token-grants", &json!({ "name": "afgemeld", "roles": ["integration"], "expiresAt": ends })).await;
    let (token, id) = (Some(made(&leaves, "/token")), made(&leaves, "/accessToken/id"));
    let signs_out = SignsIn { wrong: Body::None, token, actor: format!("integration:{id}") };
    vec![
        Request { signs_in: Some(signs_out), ..request("createSignOut", "/v1/sign-outs", Value::Null) },
        request("createAccessTokenGrant", "/v1/access-token-grants", grant),
        request("createAccessTokenRevocation", format!("/v1/access-tokens/{granted}/revocations"), Value::Null),
        request("createLocalAccount", ACCOUNTS, account("Reserve")),
        request("createLocalAccountRecovery", format!("{opened}/recoveries"), json!({ "password": "achtste-fiets-zingt-blauw" })),
        request("createLocalAccountClosure", format!("{opened}/closures"), Value::Null),
    ]
}

/// Signing in: what is wrong with it is the password, and whoever succeeds is the account.
async fn signs_in(desk: &Desk) -> Request {
    let opened = desk.post(ACCOUNTS, &account("Nachtdienst")).await;
    let id = made(&opened, "/account/id");
    let app = Totp::from_url(made(&opened, "/otpauthUri")).expect("an authenticator app reads it");
    // That of the next half minute, which is taken already, and for longer than the present one.
    let code = app.generate(u64::try_from(TimeSource::machine().now().unix() + 30).expect("a time")).to_string();
    let body = |password: &str| json!({ "name": "Nachtdienst", "password": password, "totp": code });
    let signs_in = SignsIn { wrong: Body::Json(body("zevende-boot-klinkt-rood")), token: None, actor: format!("desk:{id}") };
    Request { signs_in: Some(signs_in), ..request("createAccessToken", "/v1/access-tokens", body(PASSWORD)) }
}

/// Of which what is closed is kept for a day.
const KEPT: &str = "dap-kort";

/// Two closed tickets of a contract that keeps them for a day, one of which has a file: each is for a proposal of its own.
async fn closed(desk: &Desk) -> [String; 2] {
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", &format!("id = \"{KEPT}\""), 1);
    let text = format!("{text}\n[retention]\ntickets = \"1d\"\nattachments = \"1d\"\n");
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let mut ticket = incident("p3");
    ticket["contract"] = json!(KEPT);
    let tickets = [desk.registers(&ticket).await, desk.registers(&ticket).await];
    let octets = [("content-type", "application/octet-stream")];
    let file = desk.send_raw(&format!("/v1/tickets/{}/attachments?name=brief.pdf", tickets[0]), b"brief".to_vec(), &octets).await;
    assert_eq!(file.status, 201, "{}", file.body);
    let client = desk.token_of("ipo").await;
    for number in &tickets {
        desk.moves(number, "in_progress").await;
        desk.moves(number, "resolved").await;
        let accepted = json!({ "to": "closed", "reason": "Dank." });
        desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&accepted)).await;
        assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["state"], "closed");
    }
    tickets
}

async fn of_privacy(desk: &Desk, kept: &[String; 2]) -> Vec<Request> {
    // One person proposes and another approves.
    let other = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let destruction = |class: &str| json!({ "contract": KEPT, "class": class });
    let proposed = made(&desk.ask(Some(&other), "POST", "/v1/destructions", Some(&destruction("attachments"))).await, "/id");
    let refused = made(&desk.ask(Some(&other), "POST", "/v1/destructions", Some(&destruction("tickets"))).await, "/id");
    let leaves = recorded(desk, "ipo", "weg").await;
    let hold = |number: &str| json!({ "kind": "ticket", "subject": number, "reason": "Een geschil." });
    let placed = made(&desk.post("/v1/legal-holds", &hold(&kept[0])).await, "/id");
    vec![
        request("createLegalHoldLift", format!("/v1/legal-holds/{placed}/lifts"), json!({ "reason": "Geschikt." })),
        request("createDestructionEnding", format!("/v1/destructions/{refused}/endings"), json!({ "reason": "Nog niet." })),
        request("createDestruction", "/v1/destructions", destruction("tickets")),
        request("createDestructionApproval", format!("/v1/destructions/{proposed}/approvals"), json!({ "evidence": "Gezien." })),
        request("createLegalHold", "/v1/legal-holds", hold(&kept[1])),
        request("createErasure", "/v1/erasures", json!({ "person": leaves, "reason": "Verzoek van de betrokkene." })),
    ]
}
