//! What somebody asks to be registered, judged as far as that can be done without the tickets there are.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{check_late, emergency, may_be_late, missing_motivation};
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::{Contract, Side, TicketType};
use crate::domain::permission::Verb;
use crate::domain::person::Person;
use crate::domain::restriction::{Aspect, Flag, Flags};
use crate::domain::ticket::flag::check_aspects;
use crate::domain::ticket::link::Other;
use crate::domain::ticket::prioritise::needs_phone_contact;
use crate::domain::ticket::specify::About;
use crate::domain::ticket::{Channel, ExternalReference, TicketRef};
use crate::domain::workflow::{Relation, TicketKind};
use crate::usecases::refused::wrong_aspects;
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, contracts, one_of, shape};

/// A ticket as somebody asks for it. What could not be read is absent, and named in `unreadable`.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The name of a type.
    pub kind: Option<String>,
    pub contract: Option<String>,
    /// The client; needed when the contract serves several that the caller sees.
    pub organisation: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    /// Decided if the desk gives it, proposed if a client does.
    pub priority: Option<String>,
    pub priority_motivation: Option<String>,
    /// The name of a channel.
    pub channel: Option<String>,
    /// Name and address of the person who reports it.
    pub requester: Option<(String, String)>,
    /// Whoever reports it by telephone, of whom no address is known.
    pub caller: Option<Person>,
    /// When it was reported; now when absent.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late; required with `occurred_at`.
    pub occurred_at_reason: Option<String>,
    pub external_references: Vec<ExternalReference>,
    /// The id or number of the incident that it is an emergency change for.
    pub emergency_for: Option<String>,
    /// The kind within its type, the service it is about, and so on.
    pub about: About,
    /// The values of the form of what it asks for.
    pub form: Option<Map<String, Value>>,
    /// The product or configuration item it is about, in words.
    pub item: Option<String>,
    /// What it is to other tickets.
    pub links: Vec<Linking>,
    /// Why few may see it.
    pub flags: Vec<Flag>,
    /// What a breach of security touches.
    pub security_aspects: Vec<Aspect>,
    /// Whether it is taken down during a call: what its type asks for comes later (SUP-11), and whoever takes it down has it in hand.
    pub is_call: bool,
    /// The mailbox it came to, by its name in the settings.
    pub mailbox: Option<String>,
    /// Set when it came by mail.
    pub mail: Option<FromMail>,
    pub unreadable: Vec<Problem>,
}

/// A link to be made or taken away: what a ticket is to another one.
#[derive(Debug, Clone, Copy)]
pub struct Linking {
    pub relation: Relation,
    pub other: TicketRef,
}

#[derive(Debug, Clone, Copy)]
pub struct FromMail {
    /// Whether the sender gets a confirmation; a machine does not.
    pub acknowledge: bool,
    /// Whether the sender is unknown, and the organisation follows from the mailbox only.
    pub is_stranger: bool,
    /// Whether a machine sent it that the settings name: nobody asks for the ticket.
    pub is_alert: bool,
    /// The ticket it follows up on or refers to.
    pub related: Option<Uuid>,
}

/// A draft that can be registered, unless something already stored prevents it.
pub(super) struct Checked {
    pub kind: TicketType,
    pub version: Arc<Version>,
    pub organisation: String,
    pub tier: Option<String>,
    pub channel: Channel,
    pub occurred_at: Instant,
    pub emergency_for: Option<Uuid>,
    pub links: Vec<(Relation, Other)>,
}

/// A draft as far as it could be read, with everything that is wrong with it.
pub(super) struct Judged {
    pub problems: Vec<Problem>,
    /// What prevents it though nothing is wrong with it.
    pub conflict: Option<Error>,
    /// That whoever asks may not have it registered at all, which comes before what is wrong with it.
    pub forbidden: Option<Error>,
    pub kind: Option<TicketType>,
    pub version: Option<Arc<Version>>,
    /// The client and its tier.
    pub client: Option<(String, Option<String>)>,
    pub channel: Option<Channel>,
    pub occurred_at: Instant,
    /// Found later, under a lock (`emergency`).
    pub emergency_for: Option<Uuid>,
    /// Found then, too (`links`).
    pub links: Vec<(Relation, Other)>,
}

impl Judged {
    pub fn outcome(self) -> Result<Checked, Error> {
        if let Some(forbidden) = self.forbidden {
            return Err(forbidden);
        }
        let Self { problems, conflict, forbidden: _, kind, version, client, channel, occurred_at, emergency_for, links } = self;
        match (kind, version, client, channel, conflict) {
            _ if !problems.is_empty() => Err(Error::Invalid(problems)),
            (.., Some(conflict)) => Err(conflict),
            (Some(kind), Some(version), Some((organisation, tier)), Some(channel), None) => {
                Ok(Checked { kind, version, organisation, tier, channel, occurred_at, emergency_for, links })
            }
            _ => Err(Error::Invalid(problems)),
        }
    }
}

/// Everything wrong with a draft, as far as it could be read.
pub(in crate::usecases) fn problems(agreements: &Agreements, stamp: &Stamp, draft: &Draft) -> Vec<Problem> {
    judge(agreements, stamp, draft).problems
}

pub(super) fn judge(agreements: &Agreements, stamp: &Stamp, draft: &Draft) -> Judged {
    let mut problems = draft.unreadable.clone();
    let kind = draft.kind.as_deref().and_then(|name| {
        name.parse::<TicketType>()
            .map_err(|unknown| problems.push(Problem::field("type", FieldCode::UnknownType, format!("\"{name}\" {unknown}"))))
            .ok()
    });
    let channel = draft.channel.as_deref().and_then(|name| {
        let known = Channel::named(name);
        if known.is_none() {
            problems.push(Problem::field("channel", FieldCode::UnknownChannel, one_of(Channel::ALL.map(Channel::as_str))));
        }
        known
    });
    if channel == Some(Channel::Phone)
        && let Err(refused) = stamp.who.may(Verb::RecordCalls)
    {
        problems.push(Problem::field("channel", FieldCode::DeskOnly, refused.to_string()));
    }
    let occurred_at = draft.occurred_at.unwrap_or(stamp.recorded_at);
    check_late(stamp, draft.occurred_at, draft.occurred_at_reason.as_deref(), &mut problems);
    // That a mail was fetched late is said by its mailbox, whoever wrote it.
    if draft.mail.is_none() {
        may_be_late(stamp, draft.occurred_at, &mut problems);
    }
    for (at, reference) in draft.external_references.iter().enumerate() {
        if draft.external_references[..at].contains(reference) {
            problems.push(Problem::field(&format!("externalReferences/{at}"), FieldCode::Repeated, "is given twice"));
        }
    }
    problems.extend(flag_problems(stamp, draft));
    let is_anonymous = draft.requester.is_none() && draft.caller.is_none() && draft.mail.is_none();
    if is_anonymous && stamp.who.actor.side() == Side::Client && !stamp.lacks("requester") {
        problems.push(Problem::field("requester", FieldCode::Required, "say who reports it"));
    }
    let version = draft.contract.as_deref().and_then(|contract| version_for(agreements, stamp, contract, occurred_at, &mut problems));
    let client = version.as_ref().and_then(|version| client_of(&version.contract, stamp, draft.organisation.as_deref(), &mut problems));
    if let (Some(_), None, Some(organisation)) = (&draft.contract, &version, draft.organisation.as_deref()) {
        problems.extend(served_by_none(agreements, stamp, organisation, occurred_at));
    }
    let kind = kind.or_else(|| type_of_kind(version.as_ref()?, draft));
    if kind.is_none() && draft.kind.is_none() && !draft.unreadable.iter().any(|problem| problem.field_name() == Some("type")) {
        problems.push(Problem::field("type", FieldCode::Required, "is required, unless `kind` is one that the contract has of one type"));
    }
    problems.extend(kind.and_then(|kind| emergency::problem(kind, draft)));
    if let (Some(version), Some(kind)) = (&version, kind)
        && !version.contract.has_type(kind)
    {
        let types = one_of(version.contract.types().map(TicketType::as_str));
        problems.push(Problem::field("type", FieldCode::UnknownType, format!("no ticket under this contract is of that type; {types}")));
    } else if let (Some(version), Some(kind)) = (&version, kind) {
        about_problems(&version.contract, stamp, kind, draft, &mut problems);
        check_priority(&version.contract, stamp, kind, channel, draft, &mut problems);
        let tier = client.as_ref().and_then(|client| client.1.as_ref());
        if client.is_some() && tier.is_none() && version.contract.needs_tier(kind) {
            problems.push(Problem::field(
                "organisation",
                FieldCode::TierMissing,
                "the clocks of this type need the client's tier, and the contract names none",
            ));
        }
    }
    let forbidden = kind.and_then(|kind| refused_to_desk(kind, stamp, draft));
    Judged { problems, conflict: None, forbidden, kind, version, client, channel, occurred_at, emergency_for: None, links: Vec::new() }
}

/// The type of the kind that a draft names, where the agreement has that kind of one type alone (TKT-15).
fn type_of_kind(version: &Version, draft: &Draft) -> Option<TicketType> {
    let code = draft.about.variant.as_deref().filter(|_| draft.kind.is_none())?;
    let [kind] = version.contract.types_of_kind(code)[..] else { return None };
    Some(kind)
}

/// Whether it is the desk's own, and nobody of the client reported it.
fn is_of_the_desk(stamp: &Stamp, draft: &Draft) -> bool {
    stamp.who.actor.side() == Side::Supplier && draft.requester.is_none() && draft.caller.is_none() && draft.mail.is_none()
}

/// RFI-01.
fn refused_to_desk(kind: TicketType, stamp: &Stamp, draft: &Draft) -> Option<Error> {
    let is_refused = kind == TicketType::InformationRequest && is_of_the_desk(stamp, draft);
    let detail = "a request for information is the client's: say who of the client asks, in requester";
    is_refused.then(|| Error::Forbidden { code: Code::ClientDecides, detail: detail.to_owned() })
}

/// What is wrong with what a draft says it is about, and what it must say for its kind.
fn about_problems(contract: &Contract, stamp: &Stamp, kind: TicketType, draft: &Draft, problems: &mut Vec<Problem>) {
    let about = &draft.about;
    problems.extend(about.unknown(contract, kind).into_iter().map(|unknown| {
        let detail = unknown.to_string();
        Problem::field(unknown.field, FieldCode::UnknownValue, detail)
    }));
    if about.fault_location.is_some()
        && let Err(refused) = stamp.who.may(Verb::ScopeTickets)
    {
        problems.push(Problem::field("faultLocation", FieldCode::DeskOnly, refused.to_string()));
    }
    what_it_asks_for(contract, kind, draft, problems);
    let rules = about.variant.as_deref().and_then(|code| contract.rules_of_kind(kind, code));
    let is_about_something = about.service.is_some() || draft.item.is_some();
    if matches!(rules, Some(TicketKind::Quotation | TicketKind::Adapt)) && !is_about_something {
        problems.push(Problem::field("item", FieldCode::Required, "name the product, service or item it is about: here, or in service"));
    }
    if kind == TicketType::Problem && is_of_the_desk(stamp, draft) && !draft.links.iter().any(|link| link.relation == Relation::Causes) {
        problems.push(Problem::field("links", FieldCode::Required, "a problem of the desk's own causes at least one incident: link it"));
    }
}

/// RFS-01. No mail is refused for what it does not say, and no call: that comes before anything is done with it.
fn what_it_asks_for(contract: &Contract, kind: TicketType, draft: &Draft, problems: &mut Vec<Problem>) {
    let is_unreadable = |field| draft.unreadable.iter().any(|problem| problem.field_name() == Some(field));
    let is_brief = draft.mail.is_some() || draft.is_call;
    let named = draft.about.variant.as_deref();
    if contract.asks_for_item(kind) && named.is_none() && !is_brief && !is_unreadable("kind") {
        let detail =
            format!("say which item of the catalogue it asks for; {}", one_of(contract.kind_codes(kind).iter().map(String::as_str)));
        problems.push(Problem::field("kind", FieldCode::Required, detail));
    }
    match (contract.item_of(kind, named), &draft.form) {
        (Some(item), Some(values)) => problems.extend(shape::of_form(item, "form", values)),
        (Some(item), None) if !is_brief && !is_unreadable("form") => problems.extend(shape::of_form(item, "form", &Map::new())),
        // Which fields it has depends on the item, which is wrong.
        (None, Some(_)) if !contract.asks_for_item(kind) => {
            problems.push(Problem::field("form", FieldCode::NotAllowed, "nothing of the contract's catalogue is asked for"));
        }
        _ => {}
    }
}

fn flag_problems(stamp: &Stamp, draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    // What cannot be read is refused as such.
    if draft.unreadable.iter().any(|problem| matches!(problem.field_name(), Some("flags" | "securityAspects"))) {
        return problems;
    }
    if !draft.flags.is_empty()
        && let Err(refused) = stamp.who.may(Verb::FlagTickets)
    {
        problems.push(Problem::field("flags", FieldCode::NotAllowed, refused.to_string()));
    }
    if let Err(wrong) = check_aspects(draft.flags.iter().copied().collect::<Flags>(), &draft.security_aspects) {
        problems.push(wrong_aspects(wrong));
    }
    problems
}

fn version_for(agreements: &Agreements, stamp: &Stamp, contract: &str, at: Instant, problems: &mut Vec<Problem>) -> Option<Arc<Version>> {
    let version = contracts::in_force_at(agreements, stamp.scope.seen(), contract, at);
    if version.is_none() {
        let known = contracts::ids_in_force_at(agreements, stamp.scope.seen(), at);
        let detail = format!("there is no such contract in force at {at}; {}", one_of(known));
        problems.push(Problem::field("contract", FieldCode::UnknownContract, detail));
    }
    version
}

/// Of an unknown contract it cannot be said whom it serves, but an organisation that none serves is wrong whatever is meant.
fn served_by_none(agreements: &Agreements, stamp: &Stamp, organisation: &str, at: Instant) -> Option<Problem> {
    let ids = contracts::ids_in_force_at(agreements, stamp.scope.seen(), at);
    let mut in_force = ids.into_iter().filter_map(|id| contracts::in_force_at(agreements, stamp.scope.seen(), id, at));
    let is_served = stamp.scope.includes(organisation) && in_force.any(|version| version.contract.client(organisation).is_some());
    (!is_served).then(|| Problem::field("organisation", FieldCode::UnknownOrganisation, "no contract in force serves it"))
}

/// The client and its tier. A caller who sees only one client of the contract need not name it.
pub(in crate::usecases) fn client_of(
    contract: &Contract,
    stamp: &Stamp,
    named: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<(String, Option<String>)> {
    let seen: Vec<_> = contract.clients.iter().filter(|client| stamp.scope.includes(&client.organisation)).collect();
    let client = match named {
        Some(named) => seen.iter().find(|client| client.organisation == named),
        None if seen.len() == 1 => seen.first(),
        None => None,
    };
    if client.is_none() {
        let choices = || one_of(seen.iter().map(|client| client.organisation.as_str()));
        let (code, detail) = match named {
            _ if seen.is_empty() => (FieldCode::UnknownOrganisation, "the contract serves no organisation of yours".to_owned()),
            Some(_) => (FieldCode::UnknownOrganisation, format!("the contract does not serve it; {}", choices())),
            None => (FieldCode::Required, format!("the contract serves several organisations; {}", choices())),
        };
        problems.push(Problem::field("organisation", code, detail));
    }
    client.map(|client| (client.organisation.clone(), client.tier.clone()))
}

fn check_priority(
    contract: &Contract,
    stamp: &Stamp,
    kind: TicketType,
    channel: Option<Channel>,
    draft: &Draft,
    problems: &mut Vec<Problem>,
) {
    let Some(priority) = draft.priority.as_deref() else { return };
    problems.extend(missing_motivation(contract, kind, priority, draft.priority_motivation.as_deref()));
    if contract.priority(priority, kind).is_none() {
        let detail = format!("is not a priority of this contract for {kind}; {}", one_of(contract.priorities_of(kind)));
        problems.push(Problem::field("priority", FieldCode::UnknownPriority, detail));
    } else if stamp.who.may(Verb::DecidePriorities).is_ok()
        && channel != Some(Channel::Phone)
        && needs_phone_contact(contract, kind, priority)
    {
        let detail = "this priority needs a phone contact: register it by phone, or set it after one";
        problems.push(Problem::field("priority", FieldCode::PhoneContactRequired, detail));
    }
}
