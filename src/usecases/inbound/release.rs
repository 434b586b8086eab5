//! Making a ticket by hand of a message that was kept aside: quarantined, a machine's, or wrongly taken for a duplicate.

use uuid::Uuid;

use super::{Becoming, copy, draft, reading, sender};
use crate::app::App;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::mail::Inbound;
use crate::domain::permission::Verb;
use crate::domain::ticket::Overview;
use crate::mail::attribution::{self, Sender, Unattributed};
use crate::mail::parse::Parsed;
use crate::settings::Mailbox;
use crate::store::storage::NOBODY;
use crate::store::{self, View};
use crate::usecases::enclosures;
use crate::usecases::tickets::{self, Draft};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, quota};

/// Where the desk sends a message.
#[derive(Debug, Clone, Default)]
pub struct Destination {
    /// The client. Needed when the sender's address does not tell, and the contract serves several.
    pub organisation: Option<String>,
    /// The mailbox's contract when absent.
    pub contract: Option<String>,
    /// The name of a type; the mailbox's when absent.
    pub kind: Option<String>,
}

/// Registers the ticket that the message would have become, reported when the message arrived (AMB-95, MAIL-05).
pub async fn release(app: &App, stamp: &Stamp, id: Uuid, to: &Destination) -> Result<Overview, Error> {
    stamp.who.may(Verb::ReleaseMail)?;
    stamp.judged(release_to(app, stamp, id, to).await)
}

async fn release_to(app: &App, stamp: &Stamp, id: Uuid, to: &Destination) -> Result<Overview, Error> {
    if stamp.lacks("contract") {
        // The rest is judged by the contract, and that of the mailbox is not meant.
        return Err(Error::Invalid(Vec::new()));
    }
    let view = app.db.view(stamp.scope.clone());
    let mail = store::inbound::find(&view, id).await?.ok_or(Error::NotFound("message"))?;
    if mail.redacted_at.is_some() || mail.is_erased {
        return Err(not_waiting(&mail));
    }
    let raw = copy::opened(app, &view, id).await?;
    let mailbox = app.settings.mailboxes.get(&mail.mailbox);
    let contract = to.contract.as_ref().unwrap_or(&mail.contract);
    let agreements = store::agreements::read(&view).await?;
    // What came before the contract began is an affair of its first day: nothing was promised before.
    let began = agreements.versions_of(contract).first().map_or(mail.received_at, |version| version.contract.begins_at());
    let occurred_at = mail.received_at.max(began.min(stamp.recorded_at));
    let version = agreements.in_force(contract, occurred_at);
    let (raw, parsed) = reading::parsed(raw.into()).await?;
    let organisation = match version {
        Some(version) => of_client(app, &view, &parsed, (to, mailbox), &version.contract).await?,
        None => to.organisation.clone(),
    };
    drop(view);
    let becoming = Becoming {
        mailbox: &mail.mailbox,
        kind: mailbox.map_or(TicketType::Incident, |mailbox| mailbox.default_type),
        contract,
        organisation,
        is_stranger: false,
        is_alert: false,
        acknowledge: parsed.from.is_some() && parsed.may_be_acknowledged(),
        related: None,
    };
    let draft = Draft {
        occurred_at: Some(occurred_at),
        occurred_at_reason: Some(if occurred_at == mail.received_at {
            format!("received by mail then, and kept as \"{}\"", mail.outcome)
        } else {
            format!("received by mail at {}, before the contract began, and kept as \"{}\"", mail.received_at, mail.outcome)
        }),
        ..draft(&parsed, becoming)
    };
    let draft = Draft { kind: to.kind.clone().or(draft.kind), ..draft };
    let enclosed = Box::pin(enclosures::keep(app, &parsed, &raw)).await?.without_message();
    let done = stamp.write(app, async |tx| {
        if let Some(known) = tickets::registered_before(app, tx, stamp).await? {
            return Ok(known);
        }
        store::erasures::hold_off(tx).await?;
        let made = tickets::register_in(app, tx, stamp, &draft).await?;
        if !store::inbound::released(tx, id, &made.ticket).await? {
            return Err(not_waiting(&mail));
        }
        // It is the client's from now on.
        store::storage::free(tx, mail.organisation.as_deref().unwrap_or(NOBODY), mail.size_bytes).await?;
        quota::take(app, tx, &made.ticket.organisation, mail.size_bytes).await?;
        let ticket = Box::pin(enclosures::record(app, tx, stamp, made.ticket.clone(), &enclosed)).await?;
        Ok(Overview { ticket, ..made })
    });
    let done = Box::pin(done).await;
    enclosures::discard_rest(app, &enclosed).await;
    done
}

/// No ticket can be made of it.
fn not_waiting(mail: &Inbound) -> Error {
    let detail = if mail.redacted_at.is_some() || mail.is_erased {
        "nothing is left of the message: it was removed for good".to_owned()
    } else {
        format!("the message is not kept aside: it became \"{}\"", mail.outcome)
    };
    Error::Conflict { code: Code::NotQuarantined, detail }
}

/// The client that gets the ticket: the one named, else the sender's, else the contract's only one. None when the desk has to name it.
async fn of_client(
    app: &App,
    view: &View,
    mail: &Parsed,
    (to, mailbox): (&Destination, Option<&Mailbox>),
    contract: &Contract,
) -> Result<Option<String>, Error> {
    let sender = sender::look_up(app, view, mail, contract).await?;
    let clients = sender::clients(contract);
    let found = match &to.organisation {
        Some(named) => Some(named.clone()),
        // With several senders, none of them decides.
        None if mail.several_senders => None,
        None => match attribution::whose(&sender, &clients, mailbox.filter(|mailbox| mailbox.contract == contract.id)) {
            // Somebody else's person becomes a client's only when the desk says so.
            Err(elsewhere @ Unattributed::OtherContract) => return Err(not_the_senders(elsewhere.to_string())),
            found => found.ok(),
        },
    };
    let found = found.or_else(|| if let [only] = clients[..] { Some(only.to_owned()) } else { None });
    match &found {
        Some(organisation) => refuse_another_clients(&sender, organisation).map(|()| found),
        None => Ok(None),
    }
}

/// Refuses to give a client a mail from another client's mail domain, unless the sender is known as one of this client's people.
fn refuse_another_clients(sender: &Sender, organisation: &str) -> Result<(), Error> {
    match sender.domain_anywhere.first() {
        Some(other) if !sender.belongs_to(organisation) => Err(not_the_senders(format!("the sender's mail domain is that of {other}"))),
        _ => Ok(()),
    }
}

fn not_the_senders(detail: String) -> Error {
    Error::Invalid(vec![Problem::field("organisation", FieldCode::NotTheSenders, detail)])
}
