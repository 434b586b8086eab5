//! What goes over the wire: bodies in, resources out; one file a subject.

mod amendment;
mod clock;
mod desk;
mod history;
mod simulation;
mod ticket;

pub use amendment::{CalendarAmendment, CalendarAmendmentList, NewCalendarAmendment};
pub use clock::{Clock, ClockGoal, ClockList, LedgerSegment, VoidedBreach};
pub use desk::{ApiDocument, InboundMessage, NewAdvance, Sandbox};
pub use history::{EventData, EventList, Message, MessageList, NewEscalation, NewMessage, NewTransition, PossibleTransitions};
pub use simulation::NewContractSimulation;
pub use ticket::{NewTicket, Ticket, TicketPage, TicketPatch};
