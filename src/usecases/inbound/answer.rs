//! The automatic answer to a mail of somebody who may not have a ticket registered: once per mail, and never to a machine.

use crate::app::App;
use crate::domain::contract::Restriction;
use crate::domain::mail::Inbound;
use crate::mail::messages::{Named, Restricted};
use crate::mail::parse::Parsed;
use crate::mail::send::Correspondence;
use crate::store::Tx;
use crate::usecases::Error;
use crate::usecases::entitled::Refused;
use crate::usecases::letter::{self, About, outbound};

/// Queues the answer in the transaction that keeps the mail.
pub(super) async fn restricted(app: &App, tx: &Tx, kept: &Inbound, mail: &Parsed, refused: &Refused) -> Result<(), Error> {
    let (Some(from), Some(organisation)) = (&mail.from, &kept.organisation) else { return Ok(()) };
    let received_in = [kept.mailbox.clone()];
    let correspondence = Correspondence { contract: &kept.contract, organisation, received_in: &received_in };
    let language = letter::language(app, correspondence);
    let restricted = Restricted {
        subject: mail.subject.as_deref().unwrap_or(language.of("(geen onderwerp)", "(no subject)")).into(),
        contract: refused.contract.as_str().into(),
        reserved: (refused.restriction != Restriction::NotAContact).then(|| Named::from(&refused.kind)),
        turn_to: refused.turn_to.iter().map(Named::from).collect(),
        desk: letter::signature(),
    };
    let outgoing = app.templates.write(language, &restricted)?;
    let about = About {
        // The mail itself: a second answer to it would be the same one.
        event_id: kept.id,
        ticket_id: None,
        organisation,
        correspondence,
        in_reply_to: mail.message_id.clone(),
    };
    letter::post(app, tx, vec![outbound(app, &about, &from.email, outgoing)]).await
}
