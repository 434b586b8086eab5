//! A ticket, its people and its names.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::about::{TicketLinkInput, linking};
use super::flag::{AspectCode, FlagCode, codes};
use super::merge::MergedInto;
use crate::domain::Instant;
use crate::domain::person::Person;
use crate::domain::restriction::{Aspect, Flag};
use crate::domain::ticket::assign::Field;
use crate::domain::ticket::kinds::service_request::RequestFormValues;
use crate::domain::ticket::specify::{About, Specify};
use crate::domain::ticket::{self, Overview};
use crate::usecases::tickets::Draft;
use crate::usecases::{FieldCode, Problem, one_of};
use crate::words::ClosedList;

/// A ticket to be made.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketInput {
    /// `incident`, `problem`, `service_request`, `information_request`,
    /// `proposal_request` or `change_request`. It may be left out where `kind` is one that the contract has of one type alone.
    #[schema(min_length = 1, max_length = 50, example = "incident")]
    pub r#type: Option<String>,
    /// The kind within its type: one of the contract's (of a service request an item of its catalogue, and then required), or, where it
    /// names none of the type, `proposal` or `quotation` of a proposal
    /// request, and `new` or `adapt` of a change request.
    #[schema(min_length = 1, max_length = 50)]
    pub kind: Option<String>,
    /// What a service request asks for, by the fields of its item in the contract's catalogue; see `listContractCatalogue`.
    #[schema(value_type = Option<RequestFormValues>)]
    pub form: Option<Map<String, Value>>,
    /// The code of the product or service that is affected: one of the contract's.
    #[schema(min_length = 1, max_length = 50)]
    pub service: Option<String>,
    /// The product or configuration item it is about, in words.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub item: Option<String>,
    /// The code of a category of the contract.
    #[schema(min_length = 1, max_length = 50)]
    pub category: Option<String>,
    /// Where the fault is, which decides whether the agreement covers it: `supplier_infrastructure`, `supplier_portal`, `lms_link` (it does);
    /// `client_infrastructure`, `third_party`, `government_portal` (it does not). The desk says so.
    #[schema(min_length = 1, max_length = 50)]
    pub fault_location: Option<String>,
    /// By which day an answer is wanted. No clock follows it.
    #[schema(value_type = Option<String>, format = Date, max_length = 10)]
    pub wanted_by_date: Option<NaiveDate>,
    /// What it is to tickets there are. A client says what it follows from (`follows_from`).
    #[schema(max_items = 20)]
    pub links: Option<Vec<TicketLinkInput>>,
    /// The id of the contract it falls under.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// The client; needed where the contract serves several of yours.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// What it is about, in a line.
    #[schema(value_type = String, min_length = 1, max_length = 300, pattern = "\\S", example = "Mail hapert")]
    pub title: Option<String>,
    /// The whole story, as plain text.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
    /// The code of a priority of the contract; what a client gives, or a token that may not decide priorities, is a proposal.
    #[schema(min_length = 1, max_length = 50, example = "p3")]
    pub priority: Option<String>,
    /// Why that priority; needed where the contract asks for it.
    #[schema(max_length = 2000)]
    pub priority_motivation: Option<String>,
    /// How it came in: `phone` (the desk alone says so), `email`, `portal` (whoever reports it helps themselves), `form`, `api` or `monitoring`.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "phone")]
    pub channel: Option<String>,
    /// Who reports it; what a client gives is somebody who is known of it, or at a mail domain of its own. The desk leaves it out of what
    /// the supplier found itself.
    // Not nullable: of a `null` among the choices, no more would be said than that none of them fits.
    #[schema(value_type = RequesterInput, required = false)]
    pub requester: Option<RequesterInput>,
    /// When it was reported, if not now, with an offset; only the desk gives it, with a reason.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub occurred_at: Option<Instant>,
    /// Why it is recorded later than it happened; only with `occurredAt`.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub occurred_at_reason: Option<String>,
    /// What it is called in other systems.
    #[schema(max_items = 20)]
    pub external_references: Option<Vec<ExternalReference>>,
    /// Makes a change request an emergency change: the open incident of the first rank it solves, by UUID or number.
    #[schema(min_length = 1, max_length = 50, example = "INC-1001")]
    pub emergency_for: Option<String>,
    /// Why few may see it: `security`, `privacy`, `confidential`; see `createTicketFlag` for who does.
    #[schema(value_type = Option<Vec<FlagCode>>, max_items = 3)]
    pub flags: Option<Vec<String>>,
    /// What a breach of security touches, with the flag `security` alone, and then one at least: `availability`, `integrity`,
    /// `confidentiality`.
    #[schema(value_type = Option<Vec<AspectCode>>, max_items = 3)]
    pub security_aspects: Option<Vec<String>>,
}

impl TicketInput {
    /// `unreadable` is what is wrong with the fields that could not be read, and so are absent here.
    pub fn draft(self, mut unreadable: Vec<Problem>) -> Draft {
        // An unreadable instant is refused already; do not also complain that its reason comes without an instant.
        let is_late_unknown = unreadable.iter().any(|problem| problem.pointer == "/occurredAt");
        let flags: Vec<Flag> = codes("flags", self.flags, &mut unreadable);
        let security_aspects: Vec<Aspect> = codes("securityAspects", self.security_aspects, &mut unreadable);
        let fault_location = code("faultLocation", self.fault_location.as_ref(), &mut unreadable);
        let mut links = Vec::new();
        for (at, link) in self.links.unwrap_or_default().iter().enumerate() {
            links.extend(linking(&format!("links/{at}/"), link.kind.as_ref(), link.ticket.as_ref(), &mut unreadable));
        }
        let about = About {
            variant: self.kind,
            service: self.service,
            category: self.category,
            fault_location,
            wanted_by_date: self.wanted_by_date,
        };
        let references = self.external_references.unwrap_or_default().into_iter();
        Draft {
            kind: self.r#type,
            contract: self.contract,
            organisation: self.organisation,
            title: self.title,
            description: self.description,
            priority: self.priority,
            priority_motivation: self.priority_motivation,
            channel: self.channel,
            requester: self.requester.map(|one| (one.name, one.email)),
            caller: None,
            occurred_at: self.occurred_at,
            occurred_at_reason: self.occurred_at_reason.filter(|_| !is_late_unknown),
            external_references: references.map(|one| ticket::ExternalReference { system: one.system, reference: one.reference }).collect(),
            emergency_for: self.emergency_for,
            about,
            form: self.form,
            item: self.item,
            links,
            flags,
            security_aspects,
            is_call: false,
            mailbox: None,
            mail: None,
            unreadable,
        }
    }
}

fn code<L: ClosedList>(field: &str, given: Option<&String>, problems: &mut Vec<Problem>) -> Option<L> {
    let given = given?;
    let read = L::of_code(given);
    if read.is_none() {
        problems.push(Problem::field(field, FieldCode::UnknownValue, one_of(L::CODES.iter().copied())));
    }
    read
}

/// Tells `null`, which empties the field, from an absent field, which keeps it.
pub fn field<'de, T: Deserialize<'de>, D: Deserializer<'de>>(given: D) -> Result<Field<T>, D::Error> {
    Ok(Option::deserialize(given)?.map_or(Field::Emptied, Field::Set))
}

/// Somebody of the client: who reports a ticket, or agreed to something.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequesterInput {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: String,
    /// Their address.
    #[schema(format = Email, min_length = 3, max_length = 320, pattern = "^[^@\\s]+@[^@\\s]+$")]
    pub email: String,
}

/// What a ticket is called in another system.
#[derive(ToSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalReference {
    /// The system.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    system: String,
    /// The name there.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    reference: String,
}

/// What a ticket is called in another system.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalReferenceInput {
    /// The system.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "\\S", example = "Topdesk")]
    pub system: Option<String>,
    /// The name there.
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = "\\S", example = "M2603-0042")]
    pub reference: Option<String>,
}

/// Changes to a ticket; what is absent stays.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketPatch {
    /// Another type, while the ticket is open; a priority that is not for it does not come along. The present one confirms it.
    #[schema(min_length = 1, max_length = 50)]
    pub r#type: Option<String>,
    /// Another subscription of the contract.
    #[schema(min_length = 1, max_length = 100)]
    pub tier: Option<String>,
    /// Another title.
    #[schema(min_length = 1, max_length = 300, pattern = "\\S")]
    pub title: Option<String>,
    /// Another description.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
    /// The product or configuration item it is about, in words; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub item: Field,
    /// Another kind within its type; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    #[serde(default, deserialize_with = "field")]
    pub kind: Field,
    /// Another affected product or service of the contract; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    #[serde(default, deserialize_with = "field")]
    pub service: Field,
    /// Another category of the contract; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    #[serde(default, deserialize_with = "field")]
    pub category: Field,
    /// Where the fault is: it takes the ticket out of the agreement's scope, or back into it; `null` for unknown.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    #[serde(default, deserialize_with = "field")]
    pub fault_location: Field,
    /// By which day an answer is wanted; `null` for none.
    #[schema(value_type = Option<String>, format = Date, max_length = 10)]
    #[serde(default, deserialize_with = "field")]
    pub wanted_by_date: Field<NaiveDate>,
    /// The code of another priority; what a client gives is a proposal, and only while the ticket is open.
    #[schema(min_length = 1, max_length = 50)]
    pub priority: Option<String>,
    /// Why that priority.
    #[schema(max_length = 2000)]
    pub priority_motivation: Option<String>,
    /// Why another type, tier or kind, in words that the client reads; required where a breach ends by another kind.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
    /// Who takes it in hand, by name, address or id; whom the desk knows by an account is kept by its id. `me` is the caller. `null` for nobody
    /// any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub assignee: Field,
    /// Which team takes it in hand; `null` for none any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub team: Field,
    /// Who outside the desk works on it, under whoever has it in hand; `null` for nobody any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub third_party: Field,
}

impl TicketPatch {
    /// What of it says what the ticket is about, as far as it can be read.
    pub fn specify(&self, problems: &mut Vec<Problem>) -> Option<Specify> {
        let fault_location = match &self.fault_location {
            Field::Kept => Field::Kept,
            Field::Emptied => Field::Emptied,
            Field::Set(given) => code("faultLocation", Some(given), problems).map_or(Field::Kept, Field::Set),
        };
        let specify = Specify {
            variant: self.kind.clone(),
            service: self.service.clone(),
            category: self.category.clone(),
            fault_location,
            wanted_by_date: self.wanted_by_date.clone(),
            reason: self.reason.clone(),
        };
        self.says_what_it_is_about().then_some(specify)
    }

    /// Whether any of it does.
    pub fn says_what_it_is_about(&self) -> bool {
        let codes = [&self.kind, &self.service, &self.category, &self.fault_location];
        codes.into_iter().any(|code| !code.is_kept()) || !self.wanted_by_date.is_kept()
    }
}

/// Somebody.
#[derive(ToSchema, Serialize)]
#[schema(as = Person)]
pub struct PersonOut {
    /// Their id.
    id: uuid::Uuid,
    /// Their name.
    name: String,
    /// Their address; `null` where none is known.
    email: Option<String>,
    /// Their telephone number; `null` where none is known.
    phone: Option<String>,
}

/// A ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Ticket {
    /// Its id.
    id: uuid::Uuid,
    /// The number that people use for it.
    #[schema(example = "INC-1001")]
    number: String,
    /// `incident`, `problem`, `service_request`, `information_request`,
    /// `proposal_request` or `change_request`.
    r#type: String,
    /// The id of its contract.
    contract: String,
    /// The id of the contract version it was registered under; it never changes.
    contract_version_id: uuid::Uuid,
    /// The client it is of.
    organisation: String,
    /// The client's subscription, where the contract has more than one.
    tier: Option<String>,
    /// What it is about, in a line.
    title: String,
    /// The whole story, as plain text.
    description: String,
    /// Its phase: which there are depends on its type, and stands in the contract.
    #[schema(example = "in_progress")]
    phase: String,
    /// The state that comes with its phase: `new`, `active`, `waiting`, `resolved`, `closed` or `cancelled`.
    state: String,
    /// On whom it waits, while it is on hold.
    waiting_cause: Option<String>,
    /// The code of the priority the desk decided.
    priority: Option<String>,
    /// The code of the priority the client proposed.
    proposed_priority: Option<String>,
    /// Why that priority.
    priority_motivation: Option<String>,
    /// How it came in: `phone`, `email`, `portal`, `form`, `api` or `monitoring`.
    channel: String,
    /// Who reported it.
    requester: Option<PersonOut>,
    /// Who has it in hand: an id of somebody whom the desk knows by an account, else what they were called.
    assignee: Option<String>,
    /// What whoever has it in hand is called.
    assignee_name: Option<String>,
    /// Which team has it in hand.
    team: Option<String>,
    /// Who outside the desk works on it, under those.
    third_party: Option<String>,
    /// Which line of the desk has it: `first` or `second`.
    support_line: String,
    /// Whether it is with the second line because it is a fault of the system.
    system_fault: bool,
    /// The kind within its type.
    kind: Option<String>,
    /// The code of the product or service that is affected.
    service: Option<String>,
    /// The product or configuration item it is about, in words.
    item: Option<String>,
    /// The code of its category.
    category: Option<String>,
    /// Where the fault is.
    fault_location: Option<String>,
    /// Whether the agreement does not cover it: then it has no clocks, and counts in no figure.
    out_of_scope: bool,
    /// By which day an answer is wanted.
    #[schema(value_type = Option<String>, format = Date)]
    wanted_by_date: Option<NaiveDate>,
    /// Whether it is a major incident: those that are part of it go where it goes.
    major: bool,
    /// Who had a part in it besides the desk, since it is resolved: `alone`, `with_client`, `with_third_party`, `with_both`.
    handling: Option<String>,
    /// Whether somebody of the desk has to look at it: the client wrote on it after it was done with, or what it is for no longer holds.
    /// Always `false` for a client.
    needs_attention: bool,
    /// When a change is carried out, from.
    #[schema(value_type = Option<String>, format = DateTime)]
    planned_from_at: Option<Instant>,
    /// When a change is carried out, until.
    #[schema(value_type = Option<String>, format = DateTime)]
    planned_until_at: Option<Instant>,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// When it last changed, as far as the caller sees.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
    /// When it was resolved; `null` while it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Instant>,
    /// When it was closed, cancelled or merged; `null` while it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Instant>,
    /// When the next goal of its clocks is due: the earliest that is neither met nor missed, else one that was missed; `null` when none is.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_due_at: Option<Instant>,
    /// Whether `nextDueAt` is provisional: the ticket has no priority yet, and is due as the first one in rank for its type would have it.
    next_due_provisional: bool,
    /// When it counts as open for long by the contract's measure; `null` once it is resolved, closed or out of scope.
    #[schema(value_type = Option<String>, format = DateTime)]
    long_open_at: Option<Instant>,
    /// The decisions that it waits for: `solution`, `change_needed`, `authorisation`, `offer`, `approval`, `acceptance`; see `listTicketDecisions`
    /// for who gives them.
    #[schema(max_items = 6)]
    awaited_decisions: Vec<String>,
    /// Whether it was called in while the desk's telephone is not answered.
    called_outside_hours: bool,
    /// The id of the incident it is an emergency change for.
    emergency_for: Option<uuid::Uuid>,
    /// The ticket it was merged into, which goes on for it; `null` where it was not, and for whoever does not see that one.
    merged_into: Option<MergedInto>,
    /// When it was destroyed: its texts, files and people are gone, and what is left is what figures are counted from. Whoever keeps a copy
    /// clears it too. `null` for most.
    #[schema(value_type = Option<String>, format = DateTime)]
    destroyed_at: Option<Instant>,
    /// Why few may see it: `security`, `privacy`, `confidential`; none for most.
    #[schema(max_items = 3)]
    flags: Vec<String>,
    /// The codes of the response teams that are called in on it.
    #[schema(max_items = 50)]
    response_teams: Vec<String>,
    /// What it is called in other systems.
    external_references: Vec<ExternalReference>,
    /// The desk's labels, in their order; absent in what a client sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
    /// The sum of the work that the desk recorded on it; absent in what a client sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    worked_minutes: Option<i64>,
    /// A number that goes up with every change that the caller can see.
    version: i32,
}

impl From<Overview> for Ticket {
    fn from(overview: Overview) -> Self {
        let Overview { ticket, requester, references, desk, assignee_name, merged_into } = overview;
        let state = ticket.state().as_str().to_owned();
        Self {
            id: ticket.id,
            number: ticket.reference(),
            r#type: ticket.kind.as_str().to_owned(),
            contract: ticket.contract,
            contract_version_id: ticket.contract_version_id,
            organisation: ticket.organisation,
            tier: ticket.tier,
            title: ticket.title,
            description: ticket.description,
            phase: ticket.phase.step.to_string(),
            state,
            waiting_cause: ticket.waiting_cause,
            priority: ticket.priority,
            proposed_priority: ticket.proposed_priority,
            priority_motivation: ticket.priority_motivation,
            channel: ticket.channel.as_str().to_owned(),
            requester: requester.map(PersonOut::from),
            assignee: ticket.assignee,
            assignee_name,
            team: ticket.team,
            third_party: ticket.third_party,
            support_line: ticket.line.to_string(),
            system_fault: ticket.is_system_fault,
            kind: ticket.about.variant,
            service: ticket.about.service,
            item: ticket.item,
            category: ticket.about.category,
            fault_location: ticket.about.fault_location.map(|location| location.to_string()),
            out_of_scope: ticket.out_of_scope,
            wanted_by_date: ticket.about.wanted_by_date,
            major: ticket.is_major,
            handling: ticket.handling.map(|handling| handling.to_string()),
            needs_attention: ticket.needs_attention,
            planned_from_at: ticket.planned.map(|planned| planned.starts_at),
            planned_until_at: ticket.planned.map(|planned| planned.ends_at),
            opened_at: ticket.opened_at,
            recorded_at: ticket.recorded_at,
            updated_at: ticket.updated_at,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            next_due_at: ticket.next_due.map(|due| due.at),
            next_due_provisional: ticket.next_due.is_some_and(|due| due.provisional),
            long_open_at: ticket.long_open_at,
            awaited_decisions: ticket.awaited.iter().map(ToString::to_string).collect(),
            called_outside_hours: ticket.called_outside_hours,
            emergency_for: ticket.emergency_for,
            merged_into: merged_into.map(MergedInto::from),
            destroyed_at: ticket.destroyed_at,
            flags: ticket.flags.iter().map(|flag| flag.as_str().to_owned()).collect(),
            response_teams: ticket.response_teams,
            external_references: references
                .into_iter()
                .map(|one| ExternalReference { system: one.system, reference: one.reference })
                .collect(),
            worked_minutes: desk.as_ref().map(|desk| desk.worked_minutes),
            tags: desk.map(|desk| desk.tags),
            version: ticket.version,
        }
    }
}

/// A page of tickets.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketPage {
    /// The tickets.
    pub items: Vec<Ticket>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
    /// With `updatedSince`: the instant to ask from next, when this page is read.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synced_until: Option<Instant>,
}

impl From<Person> for PersonOut {
    fn from(person: Person) -> Self {
        Self { id: person.id, email: person.address().map(str::to_owned), name: person.name, phone: person.phone }
    }
}
