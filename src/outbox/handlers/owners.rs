//! Mail to the role that owns an obligation: a reminder, or notice that it is late.

use std::collections::BTreeSet;

use crate::app::App;
use crate::domain::agreements::Version;
use crate::domain::mail::Outbound;
use crate::domain::obligation::{Event, EventData, Obligation};
use crate::domain::role_assignment::Reach;
use crate::domain::subjects::AnyEvent;
use crate::mail::messages::{Day, ObligationFacts, ObligationLate, ObligationReminder};
use crate::mail::send::Correspondence;
use crate::store::events::Streamed;
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::Error;
use crate::usecases::letter::{self, About, outbound, signature};
use crate::usecases::reach::reach;

/// Makes the mails for those of the events that are about obligations.
pub(super) async fn mails(app: &App, tx: &Tx, events: &[&Streamed]) -> Result<Vec<Outbound>, Error> {
    let of_obligations = events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::Obligation(event) => Some((streamed.subject_id, event)),
        AnyEvent::Ticket(_) | AnyEvent::RoleAssignment(_) | AnyEvent::SecuritySignal(_) => None,
    });
    let of_obligations: Vec<_> = of_obligations.collect();
    let mut ids: Vec<_> = of_obligations.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    let obligations = Obligation::with_ids(tx, &ids).await?;
    let histories = store::events::histories::<Obligation>(tx, &ids).await?;
    let agreements = store::agreements::read(tx).await?;
    let contracts: BTreeSet<_> = obligations.iter().map(|obligation| obligation.contract.as_str()).collect();
    let reach = reach(tx, &contracts.into_iter().collect::<Vec<_>>(), app.time.now()).await?;
    let mut made = Vec::new();
    for (id, event) in of_obligations {
        let Some(obligation) = obligations.iter().find(|obligation| obligation.id == id) else { continue };
        let history = histories.get(&id).map_or(&[][..], Vec::as_slice);
        if is_last_of_its_moment(history, event) {
            let version = agreements.version(obligation.contract_version_id)?;
            made.extend(mail(app, version, &reach, obligation, event)?);
        }
    }
    Ok(made)
}

/// When the desk was down for a while, several events fire at the same moment; the owner hears of the last only.
fn is_last_of_its_moment(history: &[Event], event: &Event) -> bool {
    let is_mailed = |one: &&Event| matches!(one.data, EventData::Reminded(_) | EventData::Late(_));
    let mut of_moment = history.iter().filter(|one| one.recorded_at == event.recorded_at);
    of_moment.rfind(is_mailed).is_some_and(|last| last.id == event.id)
}

/// One mail to each address of the owner's role; when it is late, to those of its subject's roles too (ROLE-02).
fn mail(app: &App, version: &Version, reach: &Reach, obligation: &Obligation, event: &Event) -> Result<Vec<Outbound>, Error> {
    let contract = &version.contract;
    let missing = || Error::Internal(format!("contract version {} has no duty {}", version.id, obligation.duty));
    let duty = contract.duty(&obligation.duty).ok_or_else(missing)?;
    let Some(role) = contract.role(&duty.owner) else { return Ok(Vec::new()) };
    let organisation = contract.client(&obligation.organisation).map_or(&obligation.organisation, |client| &client.name);
    let facts = ObligationFacts {
        title: (&duty.title).into(),
        clause: duty.clause.as_str().into(),
        contract: contract.title.as_str().into(),
        organisation: organisation.as_str().into(),
        period: obligation.period.as_deref().map(Into::into),
        due: Day::before(obligation.due_at, &contract.zone),
        owner: (&role.label).into(),
    };
    let correspondence = Correspondence { contract: &contract.id, organisation: &obligation.organisation, received_in: &[] };
    let language = letter::language(app, correspondence);
    let outgoing = match event.data {
        EventData::Late(_) => app.templates.write(language, &ObligationLate { obligation: facts, desk: signature() }),
        _ => app.templates.write(language, &ObligationReminder { obligation: facts, desk: signature() }),
    }?;
    let about = About { event_id: event.id, ticket_id: None, organisation: &obligation.organisation, correspondence, in_reply_to: None };
    let mut recipients: BTreeSet<_> = reach.addresses(contract, role, &obligation.organisation).iter().collect();
    if let (EventData::Late(_), Some(subject)) = (&event.data, duty.subject.as_ref().and_then(|id| contract.subject(id))) {
        recipients.extend(contract.told_about(subject).flat_map(|role| reach.addresses(contract, role, &obligation.organisation)));
    }
    let made = |recipient: &String| outbound(app, &about, recipient, outgoing.clone()).within_hours(contract, None);
    Ok(recipients.into_iter().map(made).collect())
}
