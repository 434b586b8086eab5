//! `/reports`: figures of a period.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::ReadReports;
use crate::http::answer::Json;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::operation::{Operation, Tag, get};
use crate::http::query::{FromQuery, Keys, Query};
use crate::reports::service_management::{Month, ServiceManagementReport};
use crate::usecases::FieldCode;
use crate::usecases::reports;

pub fn operations() -> Vec<Operation> {
    vec![get("/reports/service-management", service_management).id("getServiceManagementReport").tag(Tag::Reports).refuses(404).describe(
        "Shows a contract's service-management report of a month.",
        "Figures are replayed from history. What is counted is as of the month's end, and later acts do not change it; a verdict on a goal is corrected by\n\
         what undoes it, and every fact recorded late and every correction is listed. With `asOf` the report is as it was known then. Who\n\
         was a client in the month sees it, also after leaving.",
    )]
}

struct ReportQuery {
    contract: String,
    /// None only when the query is refused.
    month: Option<Month>,
    as_of: Option<Instant>,
}

impl FromQuery for ReportQuery {
    fn read(keys: &mut Keys) -> Self {
        let contract = keys.required("contract", "The contract's id").unwrap_or_default();
        let month = keys.required("month", "The month, such as `2026-03`").map(|month| month.parse());
        if matches!(month, Some(Err(_))) {
            keys.refuse("month", FieldCode::BadMonth, "must be a month such as 2026-03");
        }
        let as_of = keys.instant("asOf", "As known at this instant, with an offset; now unless said");
        Self { contract, month: month.and_then(Result::ok), as_of }
    }
}

async fn service_management(
    app: Data<App>,
    caller: May<ReadReports>,
    query: Query<ReportQuery>,
) -> Result<Json<ServiceManagementReport>, Failure> {
    let ReportQuery { contract, month, as_of } = query.checked()?;
    let Some(month) = month else { return Err(Failure::invalid(Vec::new())) };
    Ok(Json(reports::service_management(&app, &caller.scope, &contract, month, as_of).await?))
}
