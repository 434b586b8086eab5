//! `/contracts`: what is agreed, as a screen needs it. A client sees the contracts that serve it.

mod agreements;
mod amendments;
mod contacts;
mod simulations;

use actix_web::web::Data;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{ReadAgreements, ReadTickets};
use crate::http::answer::Json;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::path::{ContractId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{
    Calendar, CalendarList, CatalogueItem, CatalogueItemList, Contract, ContractList, ContractService, ContractServiceList,
    ContractSummary, SubjectList, SubjectRecipients,
};
use crate::usecases::{catalogue, contracts, fallbacks};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/contracts", list)
            .id("listContracts")
            .describe("Shows the contracts in force.", "Those that serve an organisation the caller sees, in the version in force."),
        post("/contracts", agreements::apply).id("createContractVersion").describe(
            "Applies a contract text as a new version.",
            "It is for tickets reported from its effective date on, and never changes again. Refused when it would rewrite the past;\n\
             the same text once more changes nothing.",
        ),
        post("/contract-plans", agreements::plan).id("createContractPlan").changes_nothing().describe(
            "Says what a contract text would change.",
            "Key by key, for which tickets and from when, and what stands in its way; nothing is changed.",
        ),
        get("/contracts/{contract}", show).id("getContract").describe(
            "Shows the version of a contract that is in force.",
            "What a screen needs of it: its clients, types, priorities with their meaning, clocks with their goals, and its ladder.",
        ),
        get("/contracts/{contract}/calendars", calendars).id("listContractCalendars").describe(
            "Shows a contract's calendars as they now stand, amendments included, with the days off that are coming.",
            "With what was amended, and the dates of the coming twelve months that are closed or open in other hours.",
        ),
        get("/contracts/{contract}/catalogue", catalogue).id("listContractCatalogue").describe(
            "Shows what the caller can ask for by a service request.",
            "Each with the form that its ticket has to fill in, as a JSON Schema from which a page can draw it. What the contract reserves to roles\n\
             that the caller does not hold is left out; the desk sees everything.",
        ),
        get("/contracts/{contract}/services", services).id("listContractServices").describe(
            "Shows the services of a contract, and which of them run on a fallback now.",
            "By what the last version of the calamity of an incident says (`fallback`), as far as the caller sees the incident; until it says that\n\
             the fallback has ended.",
        ),
        get("/contracts/{contract}/subjects", subjects).id("listContractSubjects").describe(
            "Shows who is told about which subject.",
            "For each subject of the contract and each client the caller sees: the roles that are told, and where they are reached.",
        ),
        get("/contracts/{contract}/calendar-amendments", amendments::list).id("listCalendarAmendments").describe(
            "Shows what was amended in a contract's calendars.",
            "In the order recorded, also what waits and what a later amendment replaced. A client is shown those of dates on which the contract\n\
             served it, and those that it signs.",
        ),
        post("/contracts/{contract}/calendar-amendments", amendments::create).id("createCalendarAmendment").describe(
            "Changes one date of a contract's calendar; every clock that runs is counted anew.",
            "What was decided before stays on record; the newest amendment of a date holds. One of today or earlier rewrites what already counted:\n\
             it is `waiting` until the supplier and each client of the contract approved it, given here or later, and takes effect with the last approval.",
        ),
        post("/contracts/{contract}/calendar-amendments/{amendment}/approvals", amendments::approve)
            .id("createCalendarAmendmentApproval")
            .describe(
                "Records the approval of the supplier, or of one client, of an amendment that waits.",
                "The supplier approves once and each client of the contract once, and no person for two of them: in person, as somebody who signed in \
                 themselves or with a token of their own that the command on the desk's machine made. The desk may write down what somebody of a \
                 client signed on paper. With the last approval the amendment is in force, for the clocks that run then.",
            ),
        post("/contract-simulations", simulations::create).id("createContractSimulation").changes_nothing().describe(
            "Replays a period's tickets under another text of their contract; nothing is changed.",
            "The answer sets the goals as they were beside those the other text would have set, and counts both.",
        ),
    ];
    operations.into_iter().chain(contacts::operations()).map(|operation| operation.tag(Tag::Contracts)).collect()
}

async fn list(app: Data<App>, caller: May<ReadAgreements>) -> Result<Json<ContractList>, Failure> {
    let served = contracts::served(&app, &caller).await?;
    Ok(Json(ContractList { items: served.iter().map(ContractSummary::from).collect() }))
}

async fn show(
    app: Data<App>,
    caller: May<ReadAgreements>,
    Path(ContractId(contract)): Path<ContractId>,
) -> Result<Json<Contract>, Failure> {
    let (served, versions) = contracts::get(&app, &caller, &contract).await?;
    Ok(Json(Contract::new(&served, &versions)))
}

async fn catalogue(
    app: Data<App>,
    caller: May<ReadAgreements>,
    Path(ContractId(contract)): Path<ContractId>,
) -> Result<Json<CatalogueItemList>, Failure> {
    let items = catalogue::items(&app, &caller, &contract).await?;
    Ok(Json(CatalogueItemList { items: items.into_iter().map(CatalogueItem::from).collect() }))
}

async fn services(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ContractId(contract)): Path<ContractId>,
) -> Result<Json<ContractServiceList>, Failure> {
    let services = fallbacks::services(&app, &caller, &contract).await?;
    Ok(Json(ContractServiceList { items: services.into_iter().map(ContractService::from).collect() }))
}

async fn calendars(
    app: Data<App>,
    caller: May<ReadAgreements>,
    Path(ContractId(contract)): Path<ContractId>,
) -> Result<Json<CalendarList>, Failure> {
    let calendars = contracts::calendars(&app, &caller, &contract).await?;
    Ok(Json(CalendarList { items: calendars.iter().map(|one| Calendar::new(&one.name, &one.calendar, one.today)).collect() }))
}

struct SubjectsQuery {
    as_of: Option<Instant>,
}

impl FromQuery for SubjectsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self { as_of: keys.instant("asOf", "As things stood at this instant; now unless said") }
    }
}

async fn subjects(
    app: Data<App>,
    caller: May<ReadAgreements>,
    Path(ContractId(contract)): Path<ContractId>,
    query: Query<SubjectsQuery>,
) -> Result<Json<SubjectList>, Failure> {
    let told = contracts::told(&app, &caller, &contract, query.checked()?.as_of).await?;
    Ok(Json(SubjectList { items: told.iter().map(SubjectRecipients::from).collect() }))
}
