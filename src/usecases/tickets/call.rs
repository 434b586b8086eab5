//! A call that is taken down: who calls, at which number, and who takes it in hand. Everything else may come later (SUP-11).

use super::draft::{Draft, judge};
use super::register::{register_in, registered_before};
use super::{When, act_in};
use crate::app::App;
use crate::domain::contract::TicketType;
use crate::domain::permission::Verb;
use crate::domain::ticket::assign::{Assign, Field};
use crate::domain::ticket::{Act, Channel, Overview};
use crate::store;
use crate::usecases::{Error, Problem, Stamp, assignees, people};

/// The title of a ticket of which nothing else is known.
const TITLE: &str = "Telefonische melding";

#[derive(Debug, Clone, Default)]
pub struct Call {
    pub contract: Option<String>,
    /// The client; needed when the contract serves several.
    pub organisation: Option<String>,
    pub name: String,
    pub phone: String,
    /// Who takes it in hand.
    pub assignee: String,
    /// The name of a type; an incident when absent.
    pub kind: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    /// What is wrong with the fields that could not be read, and so are absent here.
    pub unreadable: Vec<Problem>,
}

/// Registers the ticket, with whoever calls as its requester, and puts it in somebody's hands.
pub async fn take_call(app: &App, stamp: &Stamp, call: &Call) -> Result<Overview, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::RecordCalls)?;
            if let Some(known) = registered_before(app, tx, stamp).await? {
                return Ok(known);
            }
            let draft = call.draft();
            let agreements = store::agreements::read(tx).await?;
            let organisation = judge(&agreements, stamp, &draft).outcome()?.organisation;
            let caller = people::caller(app, tx, &organisation, &call.name, &call.phone).await?;
            let made = register_in(app, tx, stamp, &Draft { caller: Some(caller), ..draft }).await?;
            let assign = Act::Assign(Assign { assignee: Field::Set(call.assignee.clone()), team: Field::Kept, third_party: Field::Kept });
            // The key of the request was used up by the registration.
            let once = Stamp { idempotency: None, ..stamp.clone() };
            let (ticket, _) = act_in(app, tx, &once, made.ticket.clone(), &[assign], &When::default(), |_, _| None).await?;
            let mut taken = [Overview { ticket, ..made }];
            assignees::name(tx, &mut taken).await?;
            let [taken] = taken;
            Ok(taken)
        })
        .await
}

impl Call {
    fn draft(&self) -> Draft {
        Draft {
            kind: Some(self.kind.clone().unwrap_or_else(|| TicketType::Incident.as_str().to_owned())),
            contract: self.contract.clone(),
            organisation: self.organisation.clone(),
            title: Some(self.title.clone().unwrap_or_else(|| TITLE.to_owned())),
            description: self.description.clone(),
            channel: Some(Channel::Phone.as_str().to_owned()),
            is_call: true,
            unreadable: self.unreadable.clone(),
            ..Draft::default()
        }
    }
}
