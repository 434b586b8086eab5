//! What can happen to a ticket: the list. What each entry says, why it may be refused and what it makes of the ticket and its clocks stands
//! in the file of its capability.

use super::answer::Decided;
use super::assign::Assigned;
use super::attach::Attached;
use super::attention::{AttentionAsked, AttentionSettled};
use super::classify::Classified;
use super::edit::Edited;
use super::escalate::{Climbed, Proposed};
use super::flag::{Flagged, Unflagged};
use super::follow::FollowerChanged;
use super::infect::FileInfected;
use super::line::LineChanged;
use super::link::Linked;
use super::mail::Mailed;
use super::major::MajorDeclared;
use super::merge::{MergeUndone, Merged, MergedIn, MergedInUndone};
use super::message::Written;
use super::part::{PartWritten, Planned};
use super::prioritise::Prioritised;
use super::redact::Redacted;
use super::reference::ReferenceChanged;
use super::register::Registered;
use super::remind::Reminded;
use super::remove::{Destroyed, FilesDestroyed, PersonErased};
use super::repair::RepairAgreed;
use super::response_team::ResponseTeamChanged;
use super::retier::Retiered;
use super::retype::{Retyped, TypeConfirmed};
use super::scope::Scoped;
use super::settle::{BreachVoided, Breached, CalendarAmended, Warned};
use super::specify::Specified;
use super::tag::TagsChanged;
use super::transition::Moved;
use super::work::WorkLogged;
use super::write::Phoned;
use crate::domain::history::{self, IndexRebuilt, event_data};

event_data! {
    Registered(Registered) = "ticket.registered": "geregistreerd", "registered";
    /// The desk decided a priority (INC-07).
    Prioritised(Prioritised) = "ticket.prioritised": "prioriteit bepaald", "priority decided";
    /// The client proposed one (PRI-06).
    PriorityProposed(Prioritised) = "ticket.priority_proposed": "prioriteit voorgesteld", "priority proposed";
    /// Its type changed.
    Retyped(Retyped) = "ticket.retyped": "ander type", "type changed";
    /// The desk confirmed that its type is right.
    TypeConfirmed(TypeConfirmed) = "ticket.type_confirmed": "type bevestigd", "type confirmed";
    Retiered(Retiered) = "ticket.retiered": "ander abonnement", "tier changed";
    /// A moment of repair was agreed with the client (AMB-20).
    RepairAgreed(RepairAgreed) = "ticket.repair_agreed": "hersteltijdstip afgesproken", "repair date agreed";
    /// Someone took it in hand: a person or a team, by name.
    Assigned(Assigned) = "ticket.assigned": "toegewezen", "assigned";
    /// It was taken out of someone's hands, and given into nobody's.
    Unassigned(Assigned) = "ticket.unassigned": "toewijzing ingetrokken", "unassigned";
    /// Few see it from now on.
    Flagged(Flagged) = "ticket.flagged": "gemarkeerd", "flagged";
    Unflagged(Unflagged) = "ticket.unflagged": "markering verwijderd", "flag taken off";
    /// Something of it was removed for good, by two persons.
    Redacted(Redacted) = "ticket.redacted": "geredigeerd", "redacted";
    /// Its texts, files and people were destroyed; what is left is what figures are counted from.
    Destroyed(Destroyed) = "ticket.destroyed": "vernietigd", "destroyed";
    FilesDestroyed(FilesDestroyed) = "ticket.files_destroyed": "bijlagen vernietigd", "files destroyed";
    /// Somebody who reported it, or did something on it, is known by no name any more.
    PersonErased(PersonErased) = "ticket.person_erased": "persoon verwijderd", "person erased";
    Edited(Edited) = "ticket.edited": "gewijzigd", "edited";
    /// A public message of the desk.
    Replied(Written) = "ticket.replied": "beantwoord door de servicedesk", "answered by the desk";
    /// A public message of the client.
    MessageReceived(Written) = "ticket.message_received": "bericht ontvangen", "message received";
    /// An internal note.
    Noted(Written) = "ticket.noted": "interne notitie", "internal note";
    Attached(Attached) = "ticket.attached": "bijlage toegevoegd", "file attached";
    /// How sensitive a file is was said anew (SEC-04).
    Classified(Classified) = "ticket.file_classified": "gevoeligheid van bijlage gewijzigd", "file classified";
    /// The scanner found malware in a file; nobody gets it.
    FileInfected(FileInfected) = "ticket.file_infected": "malware in bijlage gevonden", "malware found in a file";
    /// A version of one of its parts was written, such as a root cause analysis.
    PartWritten(PartWritten) = "ticket.part_written": "onderdeel geschreven", "part written";
    /// What it is about was said anew: its kind, service, category, place of the fault.
    Specified(Specified) = "ticket.specified": "nader bepaald", "specified";
    /// It was taken out of the agreement's scope, or back into it (TKT-16).
    Scoped(Scoped) = "ticket.scoped": "binnen of buiten de afspraken gebracht", "scope changed";
    LineChanged(LineChanged) = "ticket.line_changed": "andere lijn", "line changed";
    MajorDeclared(MajorDeclared) = "ticket.major_declared": "grote verstoring afgekondigd of ingetrokken", "major incident declared or withdrawn";
    Linked(Linked) = "ticket.linked": "gekoppeld", "linked";
    Unlinked(Linked) = "ticket.unlinked": "ontkoppeld", "unlinked";
    /// Somebody who is asked answered a question: accepted, approved, declined.
    Decided(Decided) = "ticket.decided": "besluit genomen", "decided";
    /// When it is carried out was planned.
    Planned(Planned) = "ticket.planned": "ingepland", "planned";
    AttentionAsked(AttentionAsked) = "ticket.attention_asked": "aandacht gevraagd", "attention asked";
    AttentionSettled(AttentionSettled) = "ticket.attention_settled": "aandacht gegeven", "attention settled";
    /// Labels of the desk were put on it.
    Tagged(TagsChanged) = "ticket.tagged": "labels toegevoegd", "tags added";
    Untagged(TagsChanged) = "ticket.untagged": "labels verwijderd", "tags removed";
    /// It is called something in another system; what, is kept beside the history.
    ReferenceAdded(ReferenceChanged) = "ticket.reference_added": "extern kenmerk toegevoegd", "external reference added";
    ReferenceRemoved(ReferenceChanged) = "ticket.reference_removed": "extern kenmerk verwijderd", "external reference removed";
    /// Somebody is told of it from now on, as its requester is.
    Followed(FollowerChanged) = "ticket.followed": "volger toegevoegd", "follower added";
    Unfollowed(FollowerChanged) = "ticket.unfollowed": "volger verwijderd", "follower removed";
    /// Somebody of the desk worked on it for so many minutes.
    WorkLogged(WorkLogged) = "ticket.work_logged": "werk vastgelegd", "work recorded";
    /// It was merged into another ticket, which goes on for both.
    Merged(Merged) = "ticket.merged": "samengevoegd", "merged";
    /// That was undone: it counts as if it had never been merged.
    MergeUndone(MergeUndone) = "ticket.merge_undone": "samenvoeging ongedaan gemaakt", "merge undone";
    /// Another ticket was merged into it, with its messages and people.
    MergedIn(MergedIn) = "ticket.merged_in": "ander ticket opgenomen", "another ticket merged in";
    MergedInUndone(MergedInUndone) = "ticket.merged_in_undone": "opname van ander ticket ongedaan gemaakt", "merge of another ticket undone";
    /// A response team of the agreement was called in on a breach of security (INC-14).
    ResponseTeamCalled(ResponseTeamChanged) = "ticket.response_team_called": "responsteam ingezet", "response team called in";
    ResponseTeamTakenBack(ResponseTeamChanged) = "ticket.response_team_taken_back": "responsteam teruggetrokken", "response team taken back";
    Phoned(Phoned) = "ticket.phoned": "telefonisch contact", "phone contact";
    /// It went to another phase, which means nothing to its clocks.
    Moved(Moved) = "ticket.moved": "naar een andere fase", "moved to another phase";
    Held(Moved) = "ticket.held": "in de wacht gezet", "put on hold";
    Resumed(Moved) = "ticket.resumed": "hervat", "resumed";
    Resolved(Moved) = "ticket.resolved": "opgelost", "resolved";
    SolutionRefused(Moved) = "ticket.solution_refused": "oplossing geweigerd", "solution refused";
    Accepted(Moved) = "ticket.accepted": "oplossing aanvaard", "solution accepted";
    Reopened(Moved) = "ticket.reopened": "heropend", "reopened";
    Cancelled(Moved) = "ticket.cancelled": "ingetrokken", "cancelled";
    /// Whoever has to judge its solution is reminded of that (AMB-09).
    Reminded(Reminded) = "ticket.reminded": "herinnerd aan de oplossing", "reminded of the solution";
    /// A clock reached a percentage of what its first goal allows (CLK-13).
    Warned(Warned) = "clock.warned": "waarschuwing", "warning";
    Breached(Breached) = "clock.breached": "streeftijd overschreden", "goal breached";
    /// A calendar its clocks run on was changed while they ran (CLK-16).
    CalendarAmended(CalendarAmended) = "calendar.amended": "openingstijden gewijzigd", "opening hours changed";
    /// Stored values differed from its history, and were rewritten.
    IndexRebuilt(IndexRebuilt) = "ticket.index_rebuilt": "opgeslagen stand hersteld", "stored state rebuilt";
    /// A breach was undone by a later fact.
    BreachVoided(BreachVoided) = "clock.breach_voided": "overschrijding vervallen", "breach undone";
    /// A mail about it could not be delivered, and is no longer tried.
    MailGivenUp(Mailed) = "mail.given_up": "e-mail niet bezorgd", "mail not delivered";
    /// Such a mail was put in the queue again by a person.
    MailSentAgain(Mailed) = "mail.sent_again": "e-mail opnieuw verzonden", "mail sent again";
    /// An escalation came to stand on a level (ESC-03).
    Climbed(Climbed) = "escalation.climbed": "geëscaleerd", "escalated";
    /// A step up was put before a person (ESC-25).
    Proposed(Proposed) = "escalation.proposed": "escalatie voorgesteld", "escalation proposed";
}

pub type Event = history::Event<EventData>;

impl EventData {
    /// The move, for kinds that take the ticket to another phase. Its reason is told to the requester.
    pub const fn as_move(&self) -> Option<&Moved> {
        match self {
            Self::Moved(moved)
            | Self::Held(moved)
            | Self::Resumed(moved)
            | Self::Resolved(moved)
            | Self::SolutionRefused(moved)
            | Self::Accepted(moved)
            | Self::Reopened(moved)
            | Self::Cancelled(moved) => Some(moved),
            _ => None,
        }
    }
}

impl EventData {
    /// The same, to be changed before it is recorded or shown.
    pub const fn as_move_mut(&mut self) -> Option<&mut Moved> {
        match self {
            Self::Moved(moved)
            | Self::Held(moved)
            | Self::Resumed(moved)
            | Self::Resolved(moved)
            | Self::SolutionRefused(moved)
            | Self::Accepted(moved)
            | Self::Reopened(moved)
            | Self::Cancelled(moved) => Some(moved),
            _ => None,
        }
    }
}

impl EventKind {
    /// Whether it is not an act on the ticket, but follows from one, says what became of a mail or of what was kept, such as a file that was scanned, or is bookkeeping of the
    /// desk, such as a tag: it is a fact to no clock and no report.
    pub const fn is_derived(self) -> bool {
        matches!(
            self,
            Self::Warned
                | Self::Reminded
                | Self::Breached
                | Self::BreachVoided
                | Self::CalendarAmended
                | Self::Climbed
                | Self::IndexRebuilt
                | Self::Proposed
                | Self::MailGivenUp
                | Self::MailSentAgain
                | Self::FileInfected
                | Self::Destroyed
                | Self::FilesDestroyed
                | Self::PersonErased
                | Self::Tagged
                | Self::Untagged
                | Self::ReferenceAdded
                | Self::ReferenceRemoved
                | Self::Followed
                | Self::Unfollowed
                | Self::WorkLogged
                | Self::MergedIn
                | Self::MergedInUndone
        )
    }

    /// Whether it can carry a clock past several warnings at once: those are recorded but not sent (design § 2.9).
    pub const fn jumps(self) -> bool {
        matches!(
            self,
            Self::Prioritised
                | Self::PriorityProposed
                | Self::Retyped
                | Self::Retiered
                | Self::RepairAgreed
                | Self::SolutionRefused
                | Self::Reopened
                | Self::MergeUndone
        )
    }
}

impl Event {
    pub fn is_derived(&self) -> bool {
        self.kind().is_derived()
    }

    /// Whether a person of the desk did it: not a client, an integration or the program itself.
    pub fn is_by_a_person_of_the_desk(&self) -> bool {
        self.actor.starts_with(crate::domain::actor::OF_A_DESK_PERSON)
    }
}
