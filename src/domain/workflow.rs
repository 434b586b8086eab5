//! Phases and states (design: tickets; TKT-20). A phase is a step of a ticket type, and stands in the type's own file
//! (`ticket::kinds`); its state is what drives the clocks. The other lists here are what phases can ask for, and what agreements name.

use crate::words::closed_list;

closed_list! {
    /// How far a ticket is, whatever its type.
    pub enum State {
        /// Registered, not taken in hand.
        New = "new": "nieuw", "new";
        Active = "active": "actief", "active";
        /// Waiting for someone, who is named as the cause.
        Waiting = "waiting": "wachtend", "waiting";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        Cancelled = "cancelled": "ingetrokken", "cancelled";
    }
}

impl State {
    /// Whether work is still to be done.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Active | Self::Waiting)
    }
}

closed_list! {
    /// The steps of all types; a step is called the same under every type that has it.
    pub enum Step {
        /// The first one of every type.
        Registered = "registered": "geregistreerd", "registered";
        InProgress = "in_progress": "in behandeling", "in progress";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        /// Where every active phase can wait.
        OnHold = "on_hold": "in de wacht", "on hold";
        Cancelled = "cancelled": "ingetrokken", "cancelled";
        Investigating = "investigating": "in onderzoek", "investigating";
        KnownError = "known_error": "oorzaak bekend", "known error";
        Authorisation = "authorisation": "ter goedkeuring", "awaiting authorisation";
        Fulfilling = "fulfilling": "in uitvoering", "fulfilling";
        Fulfilled = "fulfilled": "uitgevoerd", "fulfilled";
        Refused = "refused": "geweigerd", "refused";
        Researching = "researching": "in onderzoek", "researching";
        Answered = "answered": "beantwoord", "answered";
        Drafting = "drafting": "in opstelling", "drafting";
        Submitted = "submitted": "ingediend", "submitted";
        Accepted = "accepted": "aanvaard", "accepted";
        Declined = "declined": "afgewezen", "declined";
        Assessing = "assessing": "in beoordeling", "assessing";
        Approval = "approval": "ter goedkeuring", "awaiting approval";
        Scheduled = "scheduled": "ingepland", "scheduled";
        Implementing = "implementing": "in uitvoering", "implementing";
        Implemented = "implemented": "doorgevoerd", "implemented";
        Reviewed = "reviewed": "geëvalueerd", "reviewed";
        Rejected = "rejected": "afgewezen", "rejected";
    }
}

/// A phase of one type.
#[derive(Debug, PartialEq, Eq)]
pub struct Phase {
    pub step: Step,
    pub state: State,
    /// The phases it leads to, besides those that every phase leads to.
    pub(super) next: &'static [Step],
}

pub(super) const fn phase(step: Step, state: State, next: &'static [Step]) -> Phase {
    Phase { step, state, next }
}

closed_list! {
    /// Whom or what a ticket can wait for under any contract. A contract that stops clocks for other causes names those (CLK-12).
    pub enum HoldCause {
        Requester = "requester": "de melder", "the requester";
        Client = "client": "de opdrachtgever", "the client";
        ThirdParty = "third_party": "een derde partij", "a third party";
        Change = "change": "een wijziging", "a change";
    }
}

impl HoldCause {
    /// Whether the client can end it by answering.
    pub const fn is_the_clients(self) -> bool {
        matches!(self, Self::Requester | Self::Client)
    }
}

closed_list! {
    /// The structured parts that tickets of some types have, each in versions (design § 4).
    pub enum Part {
        /// Why incidents keep happening, and what would end it (PRB-02).
        RootCause = "root_cause": "oorzaakanalyse", "root cause analysis";
        /// How a problem is solved: directly, or by a change (PRB-03, PRB-04).
        Outcome = "outcome": "uitkomst", "outcome";
        /// How one can work around a problem meanwhile.
        Workaround = "workaround": "omweg", "workaround";
        /// What happened, what was done and what is learnt of a breach of security (INC-13).
        SecurityReport = "security_report": "beveiligingsverslag", "security report";
        /// The downtime and the loss of data of a calamity (DRP-01).
        Calamity = "calamity": "calamiteit", "calamity";
        /// What of the programmes fails, and that it is not the fault of others (INC-16).
        Finding = "finding": "constatering", "finding";
        /// What an item of the catalogue asks for.
        RequestForm = "request_form": "aanvraagformulier", "request form";
        /// An offer with approach, solution, planning and price (RFP-01).
        Proposal = "proposal": "voorstel", "proposal";
        /// An offer with a price alone (RFP-02).
        Quotation = "quotation": "offerte", "quotation";
        /// What a change is, does and costs (CHG-06).
        Assessment = "assessment": "beoordeling", "assessment";
        /// When and how a change is carried out and undone.
        ChangePlan = "change_plan": "uitvoeringsplan", "change plan";
        /// How a change was tested (CHG-04).
        TestReport = "test_report": "testverslag", "test report";
        /// How a change went.
        Review = "review": "evaluatie", "review";
    }
}

closed_list! {
    /// What a ticket is to another one; each has a counterpart at the other end (TKT-14).
    pub enum Relation {
        CausedBy = "caused_by": "veroorzaakt door", "caused by";
        Causes = "causes": "oorzaak van", "causes";
        Duplicates = "duplicates": "dubbel met", "duplicates";
        DuplicatedBy = "duplicated_by": "ook gemeld als", "duplicated by";
        FollowsFrom = "follows_from": "volgt uit", "follows from";
        FollowedBy = "followed_by": "leidt tot", "followed by";
        Blocks = "blocks": "houdt op", "blocks";
        BlockedBy = "blocked_by": "wacht op", "blocked by";
        /// The other one is its parent.
        Parent = "parent": "onderdeel van", "part of";
        /// The other one is part of it.
        Child = "child": "omvat", "comprises";
        SolvedBy = "solved_by": "opgelost door", "solved by";
        Solves = "solves": "lost op", "solves";
    }
}

impl Relation {
    /// Whether it is a link as seen from the end that does not give it its name.
    pub const fn is_counterpart(self) -> bool {
        matches!(self, Self::Causes | Self::DuplicatedBy | Self::FollowedBy | Self::BlockedBy | Self::Child | Self::Solves)
    }

    /// What the other ticket is to this one.
    #[must_use]
    pub const fn counterpart(self) -> Self {
        match self {
            Self::CausedBy => Self::Causes,
            Self::Causes => Self::CausedBy,
            Self::Duplicates => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::Duplicates,
            Self::FollowsFrom => Self::FollowedBy,
            Self::FollowedBy => Self::FollowsFrom,
            Self::Blocks => Self::BlockedBy,
            Self::BlockedBy => Self::Blocks,
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::SolvedBy => Self::Solves,
            Self::Solves => Self::SolvedBy,
        }
    }
}

closed_list! {
    /// Something the client is asked on a ticket, and decides (design § 4).
    pub enum Question {
        /// Whether a solution is one (INC-05).
        Solution = "solution": "oplossing", "solution";
        /// Whether a problem is worth a change (PRB-05).
        ChangeNeeded = "change_needed": "noodzaak van een wijziging", "need for a change";
        /// Whether a service request may be carried out.
        Authorisation = "authorisation": "toestemming", "authorisation";
        /// Whether a proposal or a quotation is taken.
        Offer = "offer": "aanbod", "offer";
        /// Whether a change may be carried out (CHG-05).
        Approval = "approval": "goedkeuring", "approval";
        /// Whether what was tested may go into production (CHG-04, CHG-10).
        Acceptance = "acceptance": "acceptatie", "acceptance";
    }
}

closed_list! {
    /// What was answered.
    pub enum Verdict {
        Yes = "yes": "ja", "yes";
        No = "no": "nee", "no";
    }
}

closed_list! {
    /// Which line of the desk has a ticket (SUP-12).
    pub enum SupportLine {
        First = "first": "eerste lijn", "first line";
        Second = "second": "tweede lijn", "second line";
    }
}

closed_list! {
    /// Where a fault is, which decides whether the agreement covers it (TKT-23).
    pub enum FaultLocation {
        SupplierInfrastructure = "supplier_infrastructure": "infrastructuur van de leverancier", "supplier's infrastructure";
        SupplierPortal = "supplier_portal": "portaal van de leverancier", "supplier's portal";
        LmsLink = "lms_link": "koppeling met het leermanagementsysteem", "link to the learning management system";
        ClientInfrastructure = "client_infrastructure": "infrastructuur van de opdrachtgever", "client's infrastructure";
        ThirdParty = "third_party": "infrastructuur van een derde", "third party's infrastructure";
        GovernmentPortal = "government_portal": "portaal van de overheid", "government portal";
    }
}

impl FaultLocation {
    /// Whether the supplier answers for what is there.
    pub const fn is_in_scope(self) -> bool {
        matches!(self, Self::SupplierInfrastructure | Self::SupplierPortal | Self::LmsLink)
    }
}

closed_list! {
    /// Who had a part in handling a ticket besides the desk (KPI-30).
    pub enum Handling {
        Alone = "alone": "zelfstandig", "by the desk alone";
        WithClient = "with_client": "met de opdrachtgever", "with the client";
        WithThirdParty = "with_third_party": "met een derde", "with a third party";
        WithBoth = "with_both": "met de opdrachtgever en een derde", "with the client and a third party";
    }
}

closed_list! {
    /// The kinds of types that the program knows rules for. An agreement may name its own, each like one of these or like none.
    pub enum TicketKind {
        /// A whole solution, with approach, planning and price (RFP-01).
        Proposal = "proposal": "voorstelverzoek", "proposal request";
        /// A price for one product or service (RFP-02).
        Quotation = "quotation": "offerteverzoek", "quotation request";
        /// Something that is not there yet (CHG-01).
        New = "new": "nieuw", "new";
        /// Something that is there, and is changed.
        Adapt = "adapt": "aanpassing", "adaptation";
    }
}
