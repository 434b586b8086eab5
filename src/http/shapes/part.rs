//! The versions of a ticket's parts. What a part says is a type of `domain::ticket::kinds`; the same fields stand around each.

use serde::Serialize;
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::ticket::kinds::Content;
use crate::domain::ticket::kinds::change_request::{Assessment, ChangePlan, Review, TestReport};
use crate::domain::ticket::kinds::incident::{Calamity, Finding, SecurityReport};
use crate::domain::ticket::kinds::problem::{Outcome, RootCause, Workaround};
use crate::domain::ticket::kinds::proposal_request::{Proposal, Quotation};
use crate::domain::ticket::kinds::service_request::RequestForm;
use crate::domain::ticket::part::PartVersion;
use crate::http::answer::NextPage;
use crate::usecases::actors::Actors;

/// A part that the API shows.
pub trait Shown: Content {
    type Version: Serialize + ToSchema + 'static;
    type Page: Serialize + ToSchema + NextPage + 'static;

    fn version(stored: PartVersion<Self>, actors: &Actors) -> Self::Version;
    fn page(items: Vec<Self::Version>, next_cursor: Option<String>) -> Self::Page;
}

// A macro, since a schema derived for a generic type is named `Version_RootCause`.
macro_rules! shown {
    ($($content:ident: $version:ident, $page:ident;)+) => { $(
        /// A version of a part of a ticket.
        #[derive(ToSchema, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $version {
            /// Its id.
            id: uuid::Uuid,
            /// From 1; the highest is the one that holds.
            version: u32,
            /// Who wrote it.
            author: Actor,
            /// When it was written.
            #[schema(value_type = String, format = DateTime)]
            written_at: Instant,
            /// What it says.
            content: $content,
        }

        /// The versions of a part of a ticket.
        #[derive(ToSchema, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $page {
            /// Newest first.
            pub items: Vec<$version>,
            /// Give this as `cursor` to get the next page; `null` on the last page.
            pub next_cursor: Option<String>,
        }

        impl Shown for $content {
            type Version = $version;
            type Page = $page;

            fn version(stored: PartVersion<Self>, actors: &Actors) -> $version {
                let PartVersion { id, version, author, written_at, content } = stored;
                $version { id, version, author: actors.show(&author).into(), written_at, content }
            }

            fn page(items: Vec<$version>, next_cursor: Option<String>) -> $page {
                $page { items, next_cursor }
            }
        }

        impl NextPage for $page {
            fn next_cursor(&self) -> Option<&str> {
                self.next_cursor.as_deref()
            }
        }
    )+ };
}

shown! {
    RootCause: RootCauseVersion, RootCausePage;
    Outcome: OutcomeVersion, OutcomePage;
    Workaround: WorkaroundVersion, WorkaroundPage;
    SecurityReport: SecurityReportVersion, SecurityReportPage;
    Calamity: CalamityVersion, CalamityPage;
    Finding: FindingVersion, FindingPage;
    RequestForm: RequestFormVersion, RequestFormPage;
    Proposal: ProposalVersion, ProposalPage;
    Quotation: QuotationVersion, QuotationPage;
    Assessment: AssessmentVersion, AssessmentPage;
    ChangePlan: ChangePlanVersion, ChangePlanPage;
    TestReport: TestReportVersion, TestReportPage;
    Review: ReviewVersion, ReviewPage;
}
