//! What goes over the wire: request bodies in, resources out; one file per subject.
//!
//! The doc comments of these types are the descriptions in the API document, so here every field has one.

mod about;
mod access;
mod actor;
mod acts;
mod agreement;
mod amendment;
mod attachment;
mod audit;
mod bulk;
mod calendar;
mod call;
mod canned_reply;
mod catalogue;
mod clock;
mod contract;
mod destruction;
mod ending;
mod flag;
mod follower;
mod history;
mod inbound;
mod item;
mod label;
mod local_account;
mod merge;
mod message_draft;
mod obligation;
mod outbound;
mod part;
mod person;
mod privacy;
mod redaction;
mod response_team;
mod role_assignment;
mod routing_rule;
mod sandbox;
mod saved_view;
mod security_signal;
mod service;
mod simulation;
mod tag;
mod ticket;
mod transition;
mod work;

pub use about::{
    AttentionRemovalInput, CollisionList, DecisionInput, LineChangeInput, MajorDeclarationInput, ProblemSuggestionList, ScopeChangeInput,
    TicketDecision, TicketDecisionList, TicketLink, TicketLinkInput, TicketLinkList, TicketLinkRemovalInput, linking,
};
pub use access::{AccessToken, AccessTokenGrantInput, AccessTokenPage, IssuedAccessToken, SignOut};
pub use actor::{Actor, TokenUsed};
pub use acts::{TicketActResult, TicketActResults, TicketActsInput};
pub use agreement::{ContractInput, ContractPlan};
pub use amendment::{AmendmentApprovalInput, CalendarAmendment, CalendarAmendmentInput, CalendarAmendmentList};
pub use attachment::{Attachment, AttachmentList, AttachmentPatch};
pub use audit::{AuditLine, AuditLinePage};
pub use bulk::{TicketBatch, TicketBatchInput, TicketBatchItem};
pub use calendar::{Calendar, CalendarList};
pub use call::CallInput;
pub use canned_reply::{CannedReply, CannedReplyInput, CannedReplyPage, CannedReplyPatch, RenderedReply};
pub use catalogue::{
    Choice, ChoiceList, ContractLabels, LabelList, LabelledList, LabelledValue, Organisation, OrganisationContract, OrganisationList,
    OrganisationStorage,
};
pub use clock::{Clock, ClockList};
pub use contract::{Contract, ContractList, ContractSummary, SubjectList, SubjectRecipients};
pub use destruction::{Destruction, DestructionApprovalInput, DestructionInput, DestructionPage};
pub use ending::{Ending, EndingInput};
pub use flag::{FlagRemovalInput, TicketFlagInput};
pub use follower::{FollowerInput, FollowerList};
pub use history::{
    EscalationInput, EventData, EventOut, EventPage, FormerText, FormerTextList, Message, MessageInput, MessagePage, RepairAgreementInput,
    TransitionInput, WholeText,
};
pub use inbound::{InboundMessage, InboundMessagePage, ReleasedTicketInput};
pub use item::{CatalogueItem, CatalogueItemList, WorkInstruction};
pub use label::Label;
pub use local_account::{
    LocalAccount, LocalAccountCredentials, LocalAccountInput, LocalAccountPage, LocalAccountRecoveryInput, SignInInput,
};
pub use merge::{TicketMergeInput, TicketMergeRemovalInput};
pub use message_draft::{MessageDraft, MessageDraftInput, MessageDraftList};
pub use obligation::{FulfilmentInput, Obligation, ObligationInput, ObligationPage};
pub use outbound::{OutboundMessage, OutboundMessagePage};
pub use part::Shown;
pub use person::{Contact, ContactInput, ContactPage, ContactPatch, PersonInput, PersonOfOrganisation, PersonPage, PersonPatch};
pub use privacy::{Erasure, ErasureInput, ErasurePage, LegalHold, LegalHoldInput, LegalHoldLiftInput, LegalHoldPage};
pub use redaction::{MailRedactionInput, Redaction, RedactionInput, RedactionList, SignalRedactionInput};
pub use response_team::{ResponseTeamInput, ResponseTeamRemovalInput, TicketResponseTeam, TicketResponseTeamList};
pub use role_assignment::{
    RoleAbsenceEndingInput, RoleAbsenceInput, RoleApprovalInput, RoleAssignment, RoleAssignmentInput, RoleAssignmentPage, RoleDeputyInput,
    RoleEndingInput, RoleGapPage, RoleReviewInput,
};
pub use routing_rule::{RoutingRule, RoutingRuleInput, RoutingRulePage, RoutingRulePatch, RoutingTrial, RoutingTrialInput};
pub use sandbox::{AdvanceInput, Sandbox};
pub use saved_view::{Removed, SavedView, SavedViewInput, SavedViewPage, SavedViewPatch};
pub use security_signal::{
    SecuritySignal, SecuritySignalDiscussionInput, SecuritySignalIncidentInput, SecuritySignalInput, SecuritySignalList,
    SecuritySignalPage, SecuritySignalPatch,
};
pub use service::{ContractService, ContractServiceList};
pub use simulation::ContractSimulationInput;
pub use tag::{TagPage, TicketTagsInput};
pub use ticket::{ExternalReferenceInput, Ticket, TicketInput, TicketPage, TicketPatch};
pub use transition::{PossibleTransition, PossibleTransitions};
pub use work::{WorkCorrectionInput, WorkLog, WorkLogInput, WorkLogPage};

use crate::http::answer::NextPage;

macro_rules! pages {
    ($($page:ident),+) => { $(
        impl NextPage for $page {
            fn next_cursor(&self) -> Option<&str> {
                self.next_cursor.as_deref()
            }
        }
    )+ };
}

pages!(
    AccessTokenPage,
    AuditLinePage,
    CannedReplyPage,
    ContactPage,
    DestructionPage,
    ErasurePage,
    EventPage,
    InboundMessagePage,
    LegalHoldPage,
    LocalAccountPage,
    MessagePage,
    ObligationPage,
    OutboundMessagePage,
    PersonPage,
    RoleAssignmentPage,
    RoleGapPage,
    RoutingRulePage,
    SavedViewPage,
    SecuritySignalPage,
    TagPage,
    TicketPage,
    WorkLogPage
);
