//! What goes over the wire: bodies in, resources out; one file a subject.

mod agreement;
mod amendment;
mod attachment;
mod bulk;
mod calendar;
mod catalogue;
mod clock;
mod contract;
mod desk;
mod history;
mod inbound;
mod label;
mod obligation;
mod simulation;
mod ticket;
mod transition;

pub use agreement::{ContractPlan, NewContractVersion};
pub use amendment::{CalendarAmendment, CalendarAmendmentList, NewCalendarAmendment};
pub use attachment::{Attachment, AttachmentList};
pub use bulk::{NewTicketBatch, TicketBatch, TicketBatchItem};
pub use calendar::{Calendar, CalendarList};
pub use catalogue::{
    Choice, ChoiceList, LabelList, LabelledList, LabelledPriorities, LabelledValue, Organisation, OrganisationContract, OrganisationList,
    PersonOfOrganisation, PersonPage,
};
pub use clock::{Clock, ClockGoal, ClockList, LedgerSegment, VoidedBreach};
pub use contract::{Contract, ContractList, ContractSummary};
pub use desk::{ApiDocument, NewAdvance, Sandbox};
pub use history::{EventData, EventList, Message, MessageList, NewEscalation, NewMessage, NewRepairAgreement, NewTransition};
pub use inbound::{InboundMessage, InboundMessagePage, NewReleasedTicket};
pub use label::Label;
pub use obligation::{NewFulfilment, NewObligation, Obligation, ObligationPage};
pub use simulation::NewContractSimulation;
pub use ticket::{NewTicket, Ticket, TicketPage, TicketPatch};
pub use transition::{PossibleTransition, PossibleTransitions};
