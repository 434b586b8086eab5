//! The tables as rows, one file each, without behaviour. No relations are declared: `store` states every join it makes.

pub mod amendment_approval;
pub mod attachment;
pub mod calendar_amendment;
pub mod change_horizon;
pub mod clock;
pub mod contract_version;
pub mod escalation;
pub mod event;
pub mod external_reference;
pub mod handler;
pub mod idempotency;
pub mod inbound_mail;
pub mod message;
pub mod obligation;
pub mod obligation_opening;
pub mod outbound_mail;
pub mod person;
pub mod sandbox_advance;
pub mod set_aside;
pub mod stream;
pub mod ticket;
pub mod ticket_change;
pub mod ticket_part;
pub mod timekeeping;
pub mod token;
pub mod upload;
