//! `/role-assignments`: who holds which role, and what is agreed about it; `/role-gaps`: where nobody can be reached.

use actix_web::web::Data;
use uuid::Uuid;

use super::tickets::names;
use crate::app::App;
use crate::domain::permission::{ApproveRoles, AssignRoles, EndRoles, ReadRoles, ReviewRoles};
use crate::domain::role_assignment::AssignmentFilter;
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, RoleAssignmentId};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{
    RoleAbsenceEndingInput, RoleAbsenceInput, RoleApprovalInput, RoleAssignment, RoleAssignmentInput, RoleAssignmentPage, RoleDeputyInput,
    RoleEndingInput, RoleGapPage, RoleReviewInput,
};
use crate::usecases::actors::Named;
use crate::usecases::role_assignments::{self, Away, End, NewAssignment};
use crate::usecases::signatures::Signature;

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/role-assignments", list).id("listRoleAssignments").describe(
            "Shows a page of roles that are or were held, first begun first.",
            "Filters take comma lists. With `asOf` each is shown as it stood at that instant, by what was recorded by then: its state, who acted, \
             the signatures and absences there were; those that were in force, unless `state` asks for others. `reviewOverdue=true` shows \
             those that somebody should have reviewed by now. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        post("/role-assignments", create).id("createRoleAssignment").refuses(409).describe(
            "Gives somebody a role.",
            "An elevated right, or one of a third party, has an end and takes effect once each side has agreed to it; so does a change in the \
             matrix of a contract that has both sides sign for those. A security officer, privacy officer or auditor takes the agreement of \
             two persons: of each side for a client's, of the desk for its own. A right is granted by a person, not by a token that is \
             nobody's. A client has at most two global administrators.",
        ),
        get("/role-assignments/{id}", show)
            .id("getRoleAssignment")
            .describe("Shows one role assignment.", "With its signatures, its absences, and what happened to it."),
        post("/role-assignments/{id}/approvals", approve).id("createRoleApproval").refuses(409).describe(
            "Signs for a role that both sides agree on.",
            "Each side signs once, and no person for both. A signature is of a person who signed in themselves, or uses a token of their own \
             that was made by the command on the desk's machine. A right is not signed for by its holder. Of a change in the matrix the desk \
             may write down what somebody of the client signed on paper.",
        ),
        post("/role-assignments/{id}/endings", end).id("createRoleEnding").refuses(409).describe(
            "Ends a role earlier than was agreed.",
            "At once, or at a later instant; one that waits for a signature is withdrawn. Whoever signs for a right may refuse it, or end it \
             again; where both sides agree on the holders of a matrix, only the holder's own side ends one.",
        ),
        post("/role-assignments/{id}/absences", go_away).id("createRoleAbsence").refuses(409).describe(
            "Records that the holder of a role is away.",
            "A deputy has the role, and gets its mail, for as long. Without one, the service manager is told when the absence begins. Where both \
             sides agree on the holders of a matrix, only the holder's own side records it.",
        ),
        post("/role-assignments/{id}/absence-endings", come_back).id("createRoleAbsenceEnding").refuses(409).describe(
            "Ends an absence earlier than was recorded, or cancels it.",
            "At once, or at a later instant; from then on the holder has the role again and their deputy has not. One that has not begun is \
             cancelled, unless an end after its beginning is given.",
        ),
        post("/role-assignments/{id}/deputies", deputise).id("createRoleDeputy").refuses(409).describe(
            "Names who acts during an absence.",
            "In place of whoever was named before. A right to which others agreed is the holder's alone.",
        ),
        post("/role-assignments/{id}/reviews", review).id("createRoleReview").refuses(409).describe(
            "Records that somebody looked at whether a role is still needed.",
            "It falls due again after the interval in the settings. A person reviews it, and nobody a role of their own.",
        ),
        get("/role-gaps", gaps).id("listRoleGaps").describe(
            "Shows a page of matrix roles in which nobody who should act can be reached.",
            "Of the contracts in force, as things stand now: nobody holds the role and the contract gives no address, or its holder is away \
             without a deputy.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Roles)).collect()
}

impl FromQuery for AssignmentFilter {
    fn read(keys: &mut Keys) -> Self {
        Self {
            contracts: keys.list("contract", "A comma list of ids of contracts"),
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            kinds: keys.codes("kind", "A comma list of kinds: `right`, `matrix`"),
            roles: keys.list("role", "A comma list of codes of roles"),
            holders: keys.parsed("holder", "A comma list of ids of people and accounts", |text| text.parse().ok(), "must be ids"),
            states: keys.codes("state", "A comma list of states: `pending`, `planned`, `in_force`, `ended`"),
            as_of: keys.instant(
                "asOf",
                "As things stood at this instant: who acted, which state, which deputies; in force then unless `state` says otherwise",
            ),
            review_overdue: keys.flag("reviewOverdue", "Only those whose review is overdue, or only the others"),
            now: None,
            limit: keys.page_size("How many assignments a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadRoles>, query: Query<AssignmentFilter>) -> Result<Paged<RoleAssignmentPage>, Failure> {
    let (filter, mut problems) = query.partial();
    let is_asked = !filter.contracts.is_empty() || !filter.organisations.is_empty();
    let names = names(&app, &caller, is_asked).await?;
    problems.extend(among("contract", &filter.contracts, names.contracts.iter().map(String::as_str)));
    problems.extend(among("organisation", &filter.organisations, names.organisations.iter().map(String::as_str)));
    Failure::unless_none(problems)?;
    let size = filter.limit;
    let Named { shown, actors } = role_assignments::read::list(&app, &caller, &AssignmentFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(shown, size, |last| paging::position(last.assignment.from_at, last.assignment.id));
    let items = page.items.into_iter().map(|one| RoleAssignment::new(one, &actors)).collect();
    Ok(Paged(RoleAssignmentPage { items, next_cursor: page.next_cursor }))
}

async fn show(
    app: Data<App>,
    caller: May<ReadRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
) -> Result<Json<RoleAssignment>, Failure> {
    Ok(Json(shown(&app, &caller, id).await?))
}

async fn create(
    app: Data<App>,
    caller: May<AssignRoles>,
    key: IdempotencyKey,
    body: Body<RoleAssignmentInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let body = body.value;
    let new = NewAssignment {
        kind: body.kind.unwrap_or_default(),
        role: body.role.unwrap_or_default(),
        contract: body.contract,
        organisation: body.organisation,
        holder: body.holder.unwrap_or_default(),
        third_party: body.third_party,
        from_at: body.from_at,
        until_at: body.until_at,
        replaces: body.replaces,
        reason: body.reason.unwrap_or_default(),
    };
    let granted = role_assignments::grant(&app, &stamp, &new).await?;
    done(&app, &caller, granted.id).await
}

async fn approve(
    app: Data<App>,
    caller: May<ApproveRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleApprovalInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let RoleApprovalInput { side, approved_by, evidence } = body.value;
    role_assignments::approve(&app, &stamp, id, side.as_deref(), &Signature { approved_by, evidence }).await?;
    done(&app, &caller, id).await
}

async fn end(
    app: Data<App>,
    caller: May<EndRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleEndingInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let end = End { until_at: body.value.until_at, reason: body.value.reason.unwrap_or_default() };
    role_assignments::end(&app, &stamp, id, &end).await?;
    done(&app, &caller, id).await
}

async fn go_away(
    app: Data<App>,
    caller: May<AssignRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleAbsenceInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let away = Away { from_at: body.value.from_at, until_at: body.value.until_at, deputy: body.value.deputy };
    role_assignments::go_away(&app, &stamp, id, &away).await?;
    done(&app, &caller, id).await
}

async fn come_back(
    app: Data<App>,
    caller: May<AssignRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleAbsenceEndingInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    role_assignments::come_back(&app, &stamp, id, body.value.absence.unwrap_or_default(), body.value.until_at).await?;
    done(&app, &caller, id).await
}

async fn deputise(
    app: Data<App>,
    caller: May<AssignRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleDeputyInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let deputy = body.value.deputy.unwrap_or_default();
    role_assignments::deputise(&app, &stamp, id, body.value.absence.unwrap_or_default(), &deputy).await?;
    done(&app, &caller, id).await
}

async fn review(
    app: Data<App>,
    caller: May<ReviewRoles>,
    Path(RoleAssignmentId(id)): Path<RoleAssignmentId>,
    key: IdempotencyKey,
    body: Body<RoleReviewInput>,
) -> Result<CreatedAt<RoleAssignment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    role_assignments::review(&app, &stamp, id, &body.value.evidence.unwrap_or_default()).await?;
    done(&app, &caller, id).await
}

async fn done(app: &App, caller: &Caller, id: Uuid) -> Result<CreatedAt<RoleAssignment>, Failure> {
    Ok(CreatedAt { location: format!("/v1/role-assignments/{id}"), shown: shown(app, caller, id).await? })
}

async fn shown(app: &App, caller: &Caller, id: Uuid) -> Result<RoleAssignment, Failure> {
    let Named { shown, actors } = role_assignments::read::get(app, caller, id).await?;
    Ok(RoleAssignment::new(shown, &actors))
}

struct GapQuery {
    size: u64,
    /// Contract, organisation and role.
    after: Option<(String, String, String)>,
}

impl FromQuery for GapQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many gaps a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before", read_place),
        }
    }
}

fn read_place(text: &str) -> Option<(String, String, String)> {
    let mut parts = text.splitn(3, '\n').map(str::to_owned);
    Some((parts.next()?, parts.next()?, parts.next()?))
}

async fn gaps(app: Data<App>, caller: May<ReadRoles>, query: Query<GapQuery>) -> Result<Paged<RoleGapPage>, Failure> {
    let GapQuery { size, after } = query.checked()?;
    let gaps = role_assignments::read::gaps(&app, &caller).await?.into_iter();
    let rest = gaps.filter(|gap| {
        after
            .as_ref()
            .is_none_or(|(contract, organisation, role)| (&gap.contract, &gap.organisation, &gap.role) > (contract, organisation, role))
    });
    let page = Page::of(rest.collect(), size, |last| format!("{}\n{}\n{}", last.contract, last.organisation, last.role));
    Ok(Paged(RoleGapPage { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}
