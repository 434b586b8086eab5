//! What somebody is shown of amendments: those that concern them, and of the signatures under them their own and the supplier's.

use crate::app::App;
use crate::auth::Caller;
use crate::domain::agreements::Agreements;
use crate::domain::approval::Approval;
use crate::domain::contract::Side;
use crate::domain::contract::amendment::RecordedAmendment;
use crate::domain::permission::Rows;
use crate::store::{self, Scope, View};
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Error, contracts};

/// Refuses everybody whom no version of a contract serves, now, before or later.
pub fn refuse_strangers(agreements: &Agreements, scope: &Scope, contract: &str) -> Result<(), Error> {
    let is_served = agreements.versions_of(contract).iter().any(|version| contracts::serves(version, scope));
    if is_served { Ok(()) } else { Err(Error::NotFound("contract")) }
}

/// Whether an amendment exists within a scope. Whoever left the contract still sees what concerns them of before, and signs it; and nothing of
/// dates on which they were no client.
pub fn exists(agreements: &Agreements, scope: &Scope, recorded: &RecordedAmendment) -> bool {
    let agreed = agreements.on_date(&recorded.contract, recorded.date).map(|version| &version.contract);
    scope.rows == Rows::All || recorded.clients_with(agreed).any(|client| scope.includes(client))
}

/// An amendment as somebody sees it: of clients whose rows they do not see it shows nothing, not even how many signed.
#[derive(Debug)]
pub struct Seen {
    pub recorded: RecordedAmendment,
    /// Whether the caller sees who approved: only if they see every client that any version of the contract names. A client always sees
    /// what it approved itself.
    pub shows_approvers: bool,
    /// The sides it waits for.
    pub waits_for: Vec<Side>,
    /// The clients it waits for.
    pub waits_for_clients: Vec<String>,
    /// The supplier's approval, and those of clients.
    pub approvals: Vec<(Approval, Option<String>)>,
}

impl Seen {
    fn of(agreements: &Agreements, scope: &Scope, actors: &Actors, recorded: RecordedAmendment) -> Self {
        let shows_approvers = is_alone(agreements, scope, &recorded.contract);
        let clients: Vec<_> = recorded.clients.iter().filter(|client| scope.includes(client)).cloned().collect();
        let given = recorded.approvals.iter().zip(&recorded.approved_for);
        // Where it was not kept for which client somebody signed, whoever sees them sees that.
        let is_seen = |(approval, client): &(&Approval, &Option<String>)| match client {
            Some(client) => scope.includes(client),
            None => shows_approvers || approval.side == Side::Supplier || actors.name_of(approval.approver).is_some(),
        };
        Self {
            shows_approvers,
            waits_for: if scope.rows == Rows::All { recorded.waits_for() } else { recorded.waits_for_among(&clients) },
            waits_for_clients: recorded.missing_clients().filter(|client| clients.contains(client)).cloned().collect(),
            approvals: given.filter(is_seen).map(|(approval, client)| (approval.clone(), client.clone())).collect(),
            recorded,
        }
    }
}

/// The amendments of a contract that exist for the caller, in the order recorded.
pub async fn of_contract(app: &App, caller: &Caller, contract: &str) -> Result<Named<Vec<Seen>>, Error> {
    let (view, scope) = (app.db.view(caller.scope.clone()), caller.scope.seen());
    let agreements = store::agreements::read(&view).await?;
    refuse_strangers(&agreements, scope, contract)?;
    let mut recorded = store::amendments::all(&view).await?;
    recorded.retain(|one| one.contract == contract && exists(&agreements, scope, one));
    shown(&view, &agreements, scope, recorded).await
}

/// An amendment that was just recorded or approved.
pub async fn after(app: &App, caller: &Caller, recorded: RecordedAmendment) -> Result<Named<Seen>, Error> {
    let view = app.db.view(caller.scope.clone());
    let agreements = store::agreements::read(&view).await?;
    let Named { shown, actors } = shown(&view, &agreements, caller.scope.seen(), vec![recorded]).await?;
    let shown = shown.into_iter().next().ok_or(Error::NotFound("amendment"))?;
    Ok(Named { shown, actors })
}

async fn shown(view: &View, agreements: &Agreements, scope: &Scope, recorded: Vec<RecordedAmendment>) -> Result<Named<Vec<Seen>>, Error> {
    let actors = Actors::of(view, recorded.iter().flat_map(RecordedAmendment::actors)).await?;
    let shown = recorded.into_iter().map(|one| Seen::of(agreements, scope, &actors, one)).collect();
    Ok(Named { shown, actors })
}

fn is_alone(agreements: &Agreements, scope: &Scope, contract: &str) -> bool {
    let mut clients = agreements.versions_of(contract).iter().flat_map(|version| &version.contract.clients);
    clients.all(|client| scope.includes(&client.organisation))
}
