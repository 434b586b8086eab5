//! What goes over the wire: bodies in, resources out; one file a subject.

mod amendment;
mod attachment;
mod bulk;
mod clock;
mod desk;
mod history;
mod simulation;
mod ticket;

pub use amendment::{CalendarAmendment, CalendarAmendmentList, NewCalendarAmendment};
pub use attachment::{Attachment, AttachmentList};
pub use bulk::{NewTicketBatch, TicketBatch, TicketBatchItem};
pub use clock::{Clock, ClockGoal, ClockList, LedgerSegment, VoidedBreach};
pub use desk::{InboundMessage, NewAdvance, Sandbox};
pub use history::{EventList, Message, MessageList, NewEscalation, NewMessage, NewTransition, PossibleTransitions};
pub use simulation::NewContractSimulation;
pub use ticket::{NewTicket, Ticket, TicketPage, TicketPatch};
