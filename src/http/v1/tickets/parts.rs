//! The parts of a ticket: the same two operations for each.

use actix_web::web::Data;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::permission::{ReadTickets, WriteParts};
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::kinds::change_request::{Assessment, ChangePlan, Review, TestReport};
use crate::domain::ticket::kinds::incident::{Calamity, Finding, SecurityReport};
use crate::domain::ticket::kinds::problem::{Outcome, RootCause, Workaround};
use crate::domain::ticket::kinds::proposal_request::{Proposal, Quotation};
use crate::domain::ticket::kinds::service_request::RequestForm;
use crate::http::answer::{Created, Paged};
use crate::http::body::Whole;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::Path;
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::Shown;
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::tickets::{self, read};

const VERSIONS: u64 = 20;

/// The operations on every part there is.
pub fn all() -> Vec<Operation> {
    [
        operations::<RootCause>(
            "/tickets/{ref}/root-causes",
            ["listTicketRootCauses", "createTicketRootCause"],
            "The root cause analysis of a problem: the deeper cause of its incidents, and how it can be solved. A problem is not resolved without it.",
        ),
        operations::<Outcome>(
            "/tickets/{ref}/outcomes",
            ["listTicketOutcomes", "createTicketOutcome"],
            "How a problem is solved: directly, or by a change. Where it needs a change, the client is told and asked whether it wants one.",
        ),
        operations::<Workaround>(
            "/tickets/{ref}/workarounds",
            ["listTicketWorkarounds", "createTicketWorkaround"],
            "How one can work around a problem as long as it lasts. It is shown with the links of its incidents.",
        ),
        operations::<SecurityReport>(
            "/tickets/{ref}/security-reports",
            ["listTicketSecurityReports", "createTicketSecurityReport"],
            "The course of events, the response and the lessons of an incident. One that is flagged for security is not closed without it.",
        ),
        operations::<Calamity>(
            "/tickets/{ref}/calamities",
            ["listTicketCalamities", "createTicketCalamity"],
            "That an incident is a calamity: its downtime, its loss of data, and whether services run on a fallback.",
        ),
        operations::<Finding>(
            "/tickets/{ref}/findings",
            ["listTicketFindings", "createTicketFinding"],
            "What of the programmes fails, and whether the infrastructure of others works. Where it does not, the incident is out of scope.",
        ),
        operations::<RequestForm>(
            "/tickets/{ref}/request-forms",
            ["listTicketRequestForms", "createTicketRequestForm"],
            "What a service request asks for, by the fields of its item in the catalogue.",
        ),
        operations::<Proposal>(
            "/tickets/{ref}/proposals",
            ["listTicketProposals", "createTicketProposal"],
            "An offer of a whole solution, with its price and until when it can be accepted. A proposal request is not submitted without it.",
        ),
        operations::<Quotation>(
            "/tickets/{ref}/quotations",
            ["listTicketQuotations", "createTicketQuotation"],
            "The price of one product or service, and until when it can be accepted. A quotation request is not submitted without it.",
        ),
        operations::<Assessment>(
            "/tickets/{ref}/assessments",
            ["listTicketAssessments", "createTicketAssessment"],
            "What a change is, what depends on it, what may go wrong and what it costs. A change is not put up for approval without it.",
        ),
        operations::<ChangePlan>(
            "/tickets/{ref}/change-plans",
            ["listTicketChangePlans", "createTicketChangePlan"],
            "When a change is carried out, how, and how it is undone. A change is not scheduled without it.",
        ),
        operations::<TestReport>(
            "/tickets/{ref}/test-reports",
            ["listTicketTestReports", "createTicketTestReport"],
            "How a change was tested. What passed is put before the client's functional administrator.",
        ),
        operations::<Review>(
            "/tickets/{ref}/reviews",
            ["listTicketReviews", "createTicketReview"],
            "How a change went. A change is not closed as reviewed without it.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// To read the versions of a part, and to write one; `ids` name the two operations.
fn operations<C>(path: &'static str, ids: [&'static str; 2], what: &'static str) -> [Operation; 2]
where
    C: Shown + Clone + DeserializeOwned + ToSchema + 'static,
{
    [
        get(path, versions::<C>).id(ids[0]).describe("Shows the versions of a part of a ticket, newest first.", what),
        post(path, write::<C>).id(ids[1]).describe("Writes a new version of a part of a ticket; earlier ones stay.", what),
    ]
}

pub struct VersionsQuery {
    size: u64,
    before: Option<u32>,
}

impl FromQuery for VersionsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many, 20 unless said", VERSIONS),
            before: paging::after(keys, "Where the last page ended", |text| text.parse().ok()),
        }
    }
}

async fn versions<C: Shown>(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    query: Query<VersionsQuery>,
) -> Result<Paged<C::Page>, Failure> {
    let VersionsQuery { size, before } = query.checked()?;
    let Named { shown, actors } = read::part_versions::<C>(&app, &caller, ticket, before, size + 1).await?;
    let page = Page::of(shown, size, |version| version.version.to_string());
    let items = page.items.into_iter().map(|version| C::version(version, &actors)).collect();
    Ok(Paged(C::page(items, page.next_cursor)))
}

async fn write<C: Shown + Clone + DeserializeOwned + ToSchema + 'static>(
    app: Data<App>,
    caller: May<WriteParts>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    Whole { value: content, sent }: Whole<C>,
) -> Result<Created<C::Version>, Failure> {
    let stamp = caller.stamp_once(&app, &key, &sent);
    let written = tickets::write_part(&app, &stamp, ticket, &content, expected.as_deref()).await?;
    let actors = Actors::seen_by(&app, &caller, [&written.author]).await?;
    Ok(Created(C::version(written, &actors)))
}
