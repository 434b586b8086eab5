//! The rules of each ticket type, a file a type: its phases, where each leads, what each cannot be entered without, its parts, and what it
//! asks the client.
//!
//! Two moves hold for every type and so stand in no file: an active phase goes on hold and back, and an open one can be cancelled
//! (TKT-20). Every type has the phase of a ticket that was merged into another one, which no move leads to (`ticket::merge`).

pub mod change_request;
pub mod incident;
mod information_request;
pub mod problem;
pub mod proposal_request;
pub mod service_request;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::Instant;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::Verb;
use crate::domain::restriction::Flag;
pub use crate::domain::workflow::Part;
use crate::domain::workflow::{Phase, Question, Relation, State, Step, TicketKind, Verdict, phase};

/// What a part says, as its type's file declares it.
pub trait Content: Serialize + DeserializeOwned {
    const PART: Part;

    /// What of it the rules of its type depend on, as a code or a date. It stays in the history, so it names nobody.
    fn says(&self) -> Option<String> {
        None
    }

    /// From when until when it is planned, where it says so.
    fn window(&self) -> Option<(Instant, Instant)> {
        None
    }

    /// The values of a form, of which the agreement says what they can be.
    fn values(&self) -> Option<&Map<String, Value>> {
        None
    }

    /// What is wrong with it beyond its schema, when it is written at `now`, which is that day where the agreement is.
    fn problems(&self, _now: Instant, _today: NaiveDate) -> Vec<Flaw> {
        Vec::new()
    }

    /// Whether it makes the ticket an emergency, which needs an incident.
    fn is_emergency(&self) -> bool {
        false
    }
}

/// Something wrong with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    pub field: &'static str,
    /// Whether it is absent, and not wrong.
    pub is_missing: bool,
    pub detail: &'static str,
}

const fn lacks(field: &'static str, detail: &'static str) -> Flaw {
    Flaw { field, is_missing: true, detail }
}

const fn wrong(field: &'static str, detail: &'static str) -> Flaw {
    Flaw { field, is_missing: false, detail }
}

impl Part {
    /// The fields of it that are texts, as they are stored: what a redaction takes out.
    pub const fn texts(self) -> &'static [&'static str] {
        match self {
            Self::RootCause => problem::ROOT_CAUSE_TEXTS,
            Self::Outcome => problem::OUTCOME_TEXTS,
            Self::Workaround => problem::WORKAROUND_TEXTS,
            Self::SecurityReport => incident::SECURITY_REPORT_TEXTS,
            Self::Calamity => incident::CALAMITY_TEXTS,
            Self::Finding => incident::FINDING_TEXTS,
            Self::RequestForm => service_request::FORM_TEXTS,
            Self::Proposal => proposal_request::PROPOSAL_TEXTS,
            Self::Quotation => proposal_request::QUOTATION_TEXTS,
            Self::Assessment => change_request::ASSESSMENT_TEXTS,
            Self::ChangePlan => change_request::PLAN_TEXTS,
            Self::TestReport => change_request::TEST_TEXTS,
            Self::Review => change_request::REVIEW_TEXTS,
        }
    }
}

/// What a ticket itself must have before it enters a phase. What a move brings along, such as a cause, is not among these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A priority, where its clocks depend on one (design § 2.8).
    Priority,
    /// The service that is affected, where the agreement has services (INC-01).
    Service,
    /// The item of the catalogue that it asks for, where the agreement has a catalogue (RFS-01).
    Item,
    /// The form of that item, filled in, where it asks for something.
    Form,
    /// A version of this part.
    Part(Part),
    /// A version of this part that says what its question is asked about: a test report that says it passed.
    Saying(Part),
    /// A link of this kind, as seen from the ticket.
    Link(Relation),
    /// An answer to this question.
    Answer(Question),
    /// A yes to this question, of everybody who is asked.
    Yes(Question),
}

/// When a need counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// The ticket is of a kind with these rules, or not.
    Kind(TicketKind, bool),
    Flagged(Flag),
    /// The question was put, now or before, whatever the ticket was in between.
    Asked(Question),
    /// The last version of a part says this.
    Says(Part, &'static str),
    Answered(Question, Verdict),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The phase that is not entered without it.
    pub before: Step,
    pub need: Need,
    pub when: When,
}

const fn before(step: Step, need: Need) -> Rule {
    Rule { before: step, need, when: When::Always }
}

impl Rule {
    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }
}

/// A question that a type asks the client, or both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub question: Question,
    /// The phases in which it can be answered.
    pub during: &'static [Step],
    /// What has to be written before it can be answered; a new version asks anew.
    pub about: Option<Part>,
    /// What belongs to it beside that, each with the version from which on a new one asks anew.
    pub beside: &'static [(Part, u32)],
    /// Whether it is about what the ticket asks for: another kind, service or item then asks anew.
    pub is_of_the_request: bool,
    /// What `about` has to say for it to be asked; `None` where it is asked whatever it says.
    pub says: Option<&'static str>,
    /// Where the answers take the ticket.
    pub yes: Option<Step>,
    pub no: Option<Step>,
    /// What somebody of the client needs to answer it.
    pub by: Verb,
}

/// What is specific to a type.
#[derive(Debug)]
pub struct Rules {
    /// Its phases, without the three of every type; the first is where a ticket is registered.
    phases: &'static [Phase],
    /// Whether nobody but the client accepts or refuses a solution.
    pub client_judges: bool,
    /// Whether one can be an emergency, which goes before all others while it is open.
    pub has_emergencies: bool,
    pub parts: &'static [Part],
    /// What a phase cannot be entered without, besides what holds for every type.
    pub needs: &'static [Rule],
    pub questions: &'static [Asked],
}

impl Rules {
    const fn of(phases: &'static [Phase]) -> Self {
        Self { phases, client_judges: false, has_emergencies: false, parts: &[], needs: &[], questions: &[] }
    }

    pub fn asked(&self, question: Question) -> Option<&'static Asked> {
        self.questions.iter().find(|asked| asked.question == question)
    }

    /// The question that a move answers, and how.
    pub fn answered_by(&self, from: Step, to: Step) -> Option<(&'static Asked, Verdict)> {
        let open = self.questions.iter().filter(|asked| asked.during.contains(&from));
        open.into_iter().find_map(|asked| match to {
            _ if asked.yes == Some(to) => Some((asked, Verdict::Yes)),
            _ if asked.no == Some(to) => Some((asked, Verdict::No)),
            _ => None,
        })
    }
}

/// Everything that a phase of a type is not entered without: by the rules of the type, and by those that an agreement adds.
pub fn needs(contract: &Contract, kind: TicketType, to: Step) -> impl Iterator<Item = Rule> {
    let own = rules(kind).needs.iter().copied().filter(move |rule| rule.before == to);
    let parts = contract.tickets.parts.iter().filter(move |asked| asked.kind == kind && asked.before.contains(&to));
    let decisions =
        contract.tickets.decisions.iter().filter(move |asked| asked.before.contains(&to) && rules(kind).asked(asked.question).is_some());
    own.chain(parts.map(move |asked| before(to, Need::Part(asked.part))))
        .chain(decisions.map(move |asked| before(to, Need::Yes(asked.question))))
}

pub fn rules(kind: TicketType) -> &'static Rules {
    match kind {
        TicketType::Incident => &incident::RULES,
        TicketType::Problem => &problem::RULES,
        TicketType::ServiceRequest => &service_request::RULES,
        TicketType::InformationRequest => &information_request::RULES,
        TicketType::ProposalRequest => &proposal_request::RULES,
        TicketType::ChangeRequest => &change_request::RULES,
    }
}

static MERGED: Phase = phase(Step::Merged, State::Cancelled, &[]);
static EVERYWHERE: [Phase; 2] = [phase(Step::OnHold, State::Waiting, &[]), phase(Step::Cancelled, State::Cancelled, &[])];

/// The phase of a ticket that was merged into another one.
pub fn merged() -> &'static Phase {
    &MERGED
}

/// The phases a type has, the three of every type last.
pub fn phases(kind: TicketType) -> impl Iterator<Item = &'static Phase> {
    rules(kind).phases.iter().chain(&EVERYWHERE).chain([&MERGED])
}

/// The phase of a type that is this step, if the type has it.
pub fn phase_of(kind: TicketType, step: Step) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.step == step)
}

/// The phase in which a ticket of a type is registered.
pub fn first(kind: TicketType) -> &'static Phase {
    &rules(kind).phases[0]
}

/// The first phase of a type in which it is worked on.
pub fn first_active(kind: TicketType) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.state == State::Active)
}

/// The phase of a ticket whose type changes: the same one where every type has it, else the new type's first active phase.
pub fn phase_as(kind: TicketType, phase: &Phase) -> Option<&'static Phase> {
    let shared = matches!(phase.step, Step::Registered | Step::OnHold | Step::Cancelled);
    if shared { phase_of(kind, phase.step) } else { first_active(kind) }
}

/// Where a ticket can go from a phase; `before_hold` is the phase it was put on hold in, perhaps as another type.
pub fn moves(kind: TicketType, from: &Phase, before_hold: Option<Step>) -> Vec<&'static Phase> {
    let mut steps = from.next.to_vec();
    if from.step == Step::OnHold {
        // It can wait for something else from now on.
        steps.push(Step::OnHold);
        let back = before_hold.and_then(|step| phase_of(kind, step)).or_else(|| first_active(kind));
        steps.extend(back.map(|phase| phase.step));
    }
    if from.state == State::Active {
        steps.push(Step::OnHold);
    }
    if from.state.is_open() {
        steps.push(Step::Cancelled);
    }
    steps.into_iter().filter_map(|step| phase_of(kind, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_registered_in_the_phase_of_that_name() {
        for kind in TicketType::ALL {
            assert_eq!((first(kind).step, first(kind).state), (Step::Registered, State::New), "{kind}");
        }
    }

    #[test]
    fn a_type_needs_parts_of_its_own_for_phases_of_its_own() {
        for kind in TicketType::ALL {
            let rules = rules(kind);
            for Rule { before, need, .. } in rules.needs {
                assert!(phase_of(kind, *before).is_some(), "{kind} has no {before}");
                assert!(!matches!(need, Need::Part(part) if !rules.parts.contains(part)), "{kind} needs {need:?}");
                let is_asked = |question: &Question| rules.asked(*question).is_some();
                assert!(!matches!(need, Need::Answer(question) | Need::Yes(question) if !is_asked(question)), "{kind} needs {need:?}");
            }
            for asked in rules.questions {
                for step in asked.during.iter().chain(&asked.yes).chain(&asked.no) {
                    assert!(phase_of(kind, *step).is_some(), "{kind} has no {step}");
                }
                let parts = asked.about.into_iter().chain(asked.beside.iter().map(|(part, _)| *part));
                assert!(parts.into_iter().all(|part| rules.parts.contains(&part)), "{kind} asks {}", asked.question);
                assert!(asked.says.is_none() || asked.about.is_some(), "{kind} asks {} of no part", asked.question);
            }
        }
    }

    #[test]
    fn every_move_of_every_table_leads_somewhere() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                for next in phase.next {
                    assert!(phase_of(kind, *next).is_some(), "{kind}: {} goes to {next}", phase.step);
                }
            }
        }
    }

    #[test]
    fn a_closed_ticket_of_every_type_reopens_into_its_first_active_phase() {
        for kind in TicketType::ALL {
            let first_active = first_active(kind).map(|phase| phase.step);
            for closed in phases(kind).filter(|phase| phase.state == State::Closed) {
                let next: Vec<_> = moves(kind, closed, None).iter().map(|phase| phase.step).collect();
                // What was refused can be put before the client again.
                let next: Vec<_> = next.into_iter().filter(|step| *step != Step::Authorisation).collect();
                assert_eq!(next, first_active.into_iter().collect::<Vec<_>>(), "{kind} {}", closed.step);
            }
        }
    }

    #[test]
    fn tkt_20_every_active_phase_goes_on_hold_and_back_and_every_open_one_can_be_cancelled() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                let next = moves(kind, phase, Some(Step::InProgress));
                assert_eq!(next.iter().any(|to| to.step == Step::Cancelled), phase.state.is_open());
                let can_wait = phase.state == State::Active || phase.step == Step::OnHold;
                assert_eq!(next.iter().any(|to| to.step == Step::OnHold), can_wait);
            }
        }
    }
}
