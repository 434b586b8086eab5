//! What the owner of an obligation hears by mail: queued in the transaction that records it, so once.

use uuid::Uuid;

use super::duty;
use crate::app::App;
use crate::domain::agreements::Version;
use crate::domain::obligation::{Event, EventKind, Obligation};
use crate::mail::obligations::{Subject, late, reminder};
use crate::mail::send::{self, Leaving};
use crate::store::mail::Outbound;
use crate::usecases::Error;

/// How the desk signs.
const DESK: &str = "Servicedesk";

/// One mail to every address of the owner's role. Of what fires at once, after a desk was away, the owner hears the last.
pub(super) fn owner(app: &App, version: &Version, obligation: &Obligation, added: &[Event]) -> Result<Vec<Outbound>, Error> {
    let told = added.iter().rfind(|event| matches!(event.kind, EventKind::Reminded | EventKind::Late));
    let (Some(event), contract) = (told, &version.contract) else { return Ok(Vec::new()) };
    let duty = duty(version, obligation)?;
    let Some(role) = contract.role(&duty.owner) else { return Ok(Vec::new()) };
    let last_date = obligation.due_at.plus(-1).map(|last| contract.zone.wall(last).format("%d-%m-%Y").to_string());
    let subject = Subject {
        title: &duty.title.nl,
        clause: &duty.clause,
        contract: &contract.title,
        organisation: contract.client(&obligation.organisation).map_or(&obligation.organisation, |client| &client.name),
        period: obligation.period.as_deref(),
        due: last_date.as_deref().unwrap_or_default(),
        owner: &role.label.nl,
        desk: DESK,
    };
    let (template, outgoing) = match event.kind {
        EventKind::Late => ("obligation-late", late(&subject)),
        _ => ("obligation-reminder", reminder(&subject)),
    };
    let leaves_from = Leaving { contract: &contract.id, organisation: &obligation.organisation, came_to: &[] };
    let mailbox = leaves_from.mailbox(&app.settings.mailboxes);
    let domain = send::domain_of(&app.settings.mail.from);
    let mail = |recipient: &String| {
        let id = Uuid::new_v5(&event.id, format!("{template} {recipient}").as_bytes());
        Outbound {
            id,
            ticket_id: None,
            organisation: obligation.organisation.clone(),
            event_id: event.id,
            template: template.to_owned(),
            recipient: recipient.clone(),
            subject: outgoing.subject.clone(),
            body: outgoing.body.clone(),
            auto: outgoing.auto.submitted().unwrap_or(send::PERSONAL).to_owned(),
            message_id: format!("{id}@{domain}"),
            in_reply_to: None,
            attempts: 0,
            created_at: app.time.now(),
            queued_at: app.time.now(),
            mailbox: mailbox.clone(),
        }
    };
    Ok(contract.addresses(role, &obligation.organisation).iter().map(mail).collect())
}
