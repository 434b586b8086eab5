//! What can be done, and by whom: the one table that the decisions, the API document and the page of permissions read.

use super::role::Role::{
    self, Administrator, AgentLine1, AgentLine2, Approver, Auditor, AuthorisedRequester, ClientPrivacyOfficer, ClientSecurityOfficer,
    ContractManager, FunctionalAdministrator, GlobalAdministrator, Integration, PrivacyOfficer, Requester, SecurityOfficer, ServiceManager,
};
use super::{Forbidden, Principal, counts_within};

/// Those who work on tickets.
const AGENTS: &[Role] = &[AgentLine1, AgentLine2, ServiceManager];
/// The same, and systems that do so for the desk.
const WORKERS: &[Role] = &[AgentLine1, AgentLine2, ServiceManager, Integration];
const CLIENTS: &[Role] = &[Requester, AuthorisedRequester, Approver];
const EVERYONE: &[Role] = &Role::ALL;
/// Whoever takes part in tickets, of either side.
const PARTAKERS: &[Role] = &[
    AgentLine1,
    AgentLine2,
    ServiceManager,
    ContractManager,
    SecurityOfficer,
    PrivacyOfficer,
    Integration,
    Requester,
    AuthorisedRequester,
    Approver,
    ClientSecurityOfficer,
    ClientPrivacyOfficer,
];

/// A verb as a type: an operation carries what it requires in its signature.
pub trait Requires: 'static {
    const VERB: Verb;
}

macro_rules! verbs {
    ($($(#[$meaning:meta])* $verb:ident = $code:literal: $dutch:literal, $english:literal, by $roles:expr;)+) => {
        crate::words::closed_list! {
            /// What can be done.
            pub enum Verb { $($(#[$meaning])* $verb = $code: $dutch, $english;)+ }
        }

        impl Verb {
            /// Who may.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Self::$verb => $roles),+ }
            }
        }

        $(
            $(#[$meaning])*
            // Uninhabited: only ever a type in a signature.
            pub enum $verb {}

            impl Requires for $verb {
                const VERB: Verb = Verb::$verb;
            }
        )+
    };
}

verbs! {
    ReadTickets = "read_tickets": "meldingen lezen", "read tickets", by EVERYONE;
    /// Reads agreements, and what screens choose from.
    ReadAgreements = "read_agreements": "afspraken lezen", "read agreements", by EVERYONE;
    /// Changes or moves a ticket, as far as the other verbs allow.
    TakePart = "take_part": "aan meldingen meewerken", "take part in tickets", by PARTAKERS;
    RegisterTickets = "register_tickets": "meldingen registreren", "register tickets", by PARTAKERS;
    /// Writes a message that both sides see.
    WriteMessages = "write_messages": "berichten schrijven", "write messages", by PARTAKERS;
    /// Writes what only the desk sees.
    WriteNotes = "write_notes": "interne notities schrijven", "write internal notes",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Integration];
    /// Reads restricted files, of tickets in which they have no part, too (SEC-04).
    ReadRestrictedFiles = "read_restricted_files": "beperkte bestanden lezen", "read restricted files",
        by &[AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Approver, ClientSecurityOfficer, ClientPrivacyOfficer];
    /// Says anew how sensitive a file is, of those that they may read (SEC-04).
    ClassifyFiles = "classify_files": "gevoeligheid van bestanden wijzigen", "classify files",
        by &[AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Approver, ClientSecurityOfficer, ClientPrivacyOfficer];
    /// Asks for something to be removed for good, such as a citizen's number.
    AskRedactions = "ask_redactions": "redactie vragen", "ask for redactions",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Approver, ClientPrivacyOfficer];
    /// Approves that, as a second person.
    ApproveRedactions = "approve_redactions": "redactie goedkeuren", "approve redactions",
        by &[ServiceManager, SecurityOfficer, PrivacyOfficer, Approver, ClientPrivacyOfficer];
    ReadRedactions = "read_redactions": "redacties lezen", "read redactions",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Auditor, Approver, ClientPrivacyOfficer];
    /// The same of a mail by itself, which no client sees.
    AskMailRedactions = "ask_mail_redactions": "redactie van post vragen", "ask for redactions of mail",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer];
    ApproveMailRedactions = "approve_mail_redactions": "redactie van post goedkeuren", "approve redactions of mail",
        by &[ServiceManager, SecurityOfficer, PrivacyOfficer];
    ReadMailRedactions = "read_mail_redactions": "redacties van post lezen", "read redactions of mail",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Auditor];
    RecordCalls = "record_calls": "telefonisch contact vastleggen", "record phone contacts", by WORKERS;
    /// Records something later than it happened (CLK-15).
    RecordLate = "record_late": "later vastleggen dan het gebeurde", "record later than it happened", by WORKERS;
    EditTickets = "edit_tickets": "teksten van meldingen wijzigen", "edit tickets", by WORKERS;
    /// Officers give those that few may see into the hands of somebody who then sees them.
    AssignTickets = "assign_tickets": "meldingen toewijzen", "assign tickets",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, PrivacyOfficer, Integration];
    /// Moves a ticket on in its phases.
    MoveTickets = "move_tickets": "meldingen verder brengen", "move tickets", by WORKERS;
    /// Withdraws a ticket, or reopens it.
    WithdrawTickets = "withdraw_tickets": "meldingen intrekken of heropenen", "withdraw or reopen tickets",
        by &[AgentLine1, AgentLine2, ServiceManager, Integration, Requester, AuthorisedRequester, Approver];
    /// Accepts or refuses a solution (INC-05).
    JudgeSolutions = "judge_solutions": "oplossingen aanvaarden of weigeren", "accept or refuse solutions", by CLIENTS;
    /// Accepts or refuses a solution of a type of which that is not the client's alone.
    JudgeForClients = "judge_for_clients": "oplossingen namens de klant beoordelen", "judge solutions for the client", by WORKERS;
    /// Decides the priority; from anybody else it is a proposal (INC-07).
    DecidePriorities = "decide_priorities": "prioriteit bepalen", "decide priorities", by WORKERS;
    ProposePriorities = "propose_priorities": "prioriteit voorstellen", "propose priorities", by CLIENTS;
    /// Gives a ticket another type, or confirms the one it has.
    RetypeTickets = "retype_tickets": "type wijzigen of bevestigen", "change or confirm types", by AGENTS;
    /// Records that a ticket's client has another tier.
    RetierTickets = "retier_tickets": "abonnement wijzigen", "change tiers", by &[ServiceManager, ContractManager];
    /// Records a moment of repair that was agreed (AMB-20).
    AgreeRepairs = "agree_repairs": "hersteltijdstip vastleggen", "record agreed repair times", by AGENTS;
    /// Writes a part of a ticket, such as a root cause analysis.
    WriteParts = "write_parts": "onderdelen van meldingen schrijven", "write parts of tickets", by AGENTS;
    /// Links tickets to each other, and takes links away.
    LinkTickets = "link_tickets": "meldingen koppelen", "link tickets", by WORKERS;
    /// Merges a ticket into another one, and undoes that within a day.
    MergeTickets = "merge_tickets": "meldingen samenvoegen", "merge tickets", by AGENTS;
    /// Says whether the agreement covers a ticket (TKT-16).
    ScopeTickets = "scope_tickets": "meldingen binnen of buiten de afspraken brengen", "say whether an agreement covers tickets", by AGENTS;
    /// Says that an incident is a major one, which others are part of.
    DeclareMajor = "declare_major": "grote verstoringen afkondigen", "declare major incidents", by &[AgentLine2, ServiceManager];
    /// Answers a question that a ticket asks, as far as the other verbs allow.
    AnswerQuestions = "answer_questions": "besluiten nemen of vastleggen", "take or record decisions",
        by &[AgentLine1, AgentLine2, ServiceManager, Requester, AuthorisedRequester, Approver, FunctionalAdministrator];
    /// Writes down what somebody of the client decided, and decides for the supplier where both sides do.
    RecordDecisions = "record_decisions": "besluiten vastleggen", "record decisions", by AGENTS;
    /// Decides for the client: whether a change is needed, an offer is taken, a request or a change is approved.
    DecideForClients = "decide_for_clients": "besluiten namens de klant", "decide for the client", by &[Approver];
    /// Accepts for the client what was tested of a change (CHG-10).
    AcceptChanges = "accept_changes": "geteste wijzigingen aanvaarden", "accept tested changes", by &[FunctionalAdministrator];
    /// Puts labels of the desk on a ticket, and takes them off.
    TagTickets = "tag_tickets": "labels aan meldingen geven", "tag tickets", by WORKERS;
    /// Follows tickets, to be told of what their requesters are told.
    FollowTickets = "follow_tickets": "meldingen volgen", "follow tickets", by PARTAKERS;
    /// Has others follow tickets.
    ManageFollowers = "manage_followers": "volgers aanwijzen", "name followers of tickets", by WORKERS;
    /// Records how long they worked on tickets, and takes such a record back.
    LogWork = "log_work": "werk vastleggen", "record work on tickets",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Integration];
    /// Reads what the desk keeps beside tickets for itself: the tags in use, and the work on a ticket.
    ReadDeskWork = "read_desk_work": "werkgegevens van de servicedesk lezen", "read the desk's own records of its work",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor, Integration];
    /// Saves choices of tickets, for themselves or for everybody at the desk, and uses those.
    KeepViews = "keep_views": "weergaven bewaren en gebruiken", "save and use views of tickets",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer];
    /// Changes and removes what others saved for everybody.
    ManageViews = "manage_views": "gedeelde weergaven beheren", "look after shared views", by &[ServiceManager];
    /// Answers with the texts that the desk keeps for that.
    UseCannedReplies = "use_canned_replies": "standaardantwoorden gebruiken", "use canned replies",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer];
    /// Writes those texts.
    WriteCannedReplies = "write_canned_replies": "standaardantwoorden schrijven", "write canned replies", by AGENTS;
    /// Reads by which rules new tickets come to a team.
    ReadRoutingRules = "read_routing_rules": "routeringsregels lezen", "read routing rules", by AGENTS;
    /// Writes those rules, tries them on past tickets, and has them count.
    WriteRoutingRules = "write_routing_rules": "routeringsregels schrijven", "write routing rules", by &[ServiceManager];
    /// Calls in response teams on breaches of security, and takes them back (INC-14).
    CallResponseTeams = "call_response_teams": "responsteams inzetten", "call in response teams",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, Integration];
    /// Records what touches security without being an incident, and what is done about it (INC-15).
    RecordSecuritySignals = "record_security_signals": "beveiligingssignalen vastleggen", "record security signals",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, Integration];
    /// Reads those; whom they do not concern (`concerned_by_signals`), those that they recorded themselves.
    ReadSecuritySignals = "read_security_signals": "beveiligingssignalen lezen", "read security signals",
        by &[AgentLine1, AgentLine2, ServiceManager, SecurityOfficer, Integration, Approver, ClientSecurityOfficer];
    /// Flags a ticket, so that few see it.
    FlagTickets = "flag_tickets": "meldingen markeren", "flag tickets", by PARTAKERS;
    /// Takes a flag off a ticket that concerns them.
    LiftFlags = "lift_flags": "markeringen verwijderen", "take flags off",
        by &[ServiceManager, SecurityOfficer, PrivacyOfficer, ClientSecurityOfficer, ClientPrivacyOfficer];
    /// Decides that a case goes up its ladder; which side, its levels say.
    DecideSteps = "decide_steps": "escalatie besluiten", "decide escalations",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, Requester, AuthorisedRequester, Approver];
    /// Has their word taken for it that a requester belongs to the client.
    VouchForRequesters = "vouch_for_requesters": "instaan voor melders", "vouch for requesters", by WORKERS;
    ReadPeople = "read_people": "personen lezen", "read people",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor, Administrator, Integration,
            AuthorisedRequester, Approver, FunctionalAdministrator, GlobalAdministrator];
    /// Records people, and what is known of them.
    ManagePeople = "manage_people": "personen vastleggen", "record people",
        by &[AgentLine1, AgentLine2, ServiceManager, Administrator];
    /// Records that somebody left their organisation, which takes away every role and way in of theirs, or came back. A client does so for
    /// its own people, and says where they are reached.
    RecordDepartures = "record_departures": "vertrek en terugkeer vastleggen", "record who left and who came back",
        by &[ServiceManager, Administrator, Approver, GlobalAdministrator];
    /// Changes a person, as far as the other verbs allow.
    ChangePeople = "change_people": "personen wijzigen", "change people",
        by &[AgentLine1, AgentLine2, ServiceManager, Administrator, Approver, GlobalAdministrator];
    /// Says who of a client may contact the desk; a client does so for its own people.
    ManageContacts = "manage_contacts": "contactpersonen aanwijzen", "name contacts",
        by &[AgentLine1, AgentLine2, ServiceManager, Administrator, Approver];
    ReadReports = "read_reports": "rapportages lezen", "read reports",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor, Integration,
            AuthorisedRequester, Approver, FunctionalAdministrator,
            GlobalAdministrator];
    ReadObligations = "read_obligations": "verplichtingen lezen", "read obligations",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor, Integration,
            AuthorisedRequester, Approver, FunctionalAdministrator,
            GlobalAdministrator];
    /// Records a fact from which an obligation follows, or that one was met. A client does so for its own side.
    RecordObligations = "record_obligations": "verplichtingen vastleggen", "record obligations",
        by &[ServiceManager, ContractManager, Integration, AuthorisedRequester, Approver];
    /// Hands a message to a mailbox.
    BringMail = "bring_mail": "post aanbieden", "bring mail", by &[AgentLine1, AgentLine2, ServiceManager, Administrator, Integration];
    /// Reads what came by mail, whatever became of it.
    ReadMail = "read_mail": "binnengekomen post lezen", "read mail that came in",
        by &[AgentLine1, AgentLine2, ServiceManager, Auditor, Administrator];
    /// Makes a ticket of a message that waits.
    ReleaseMail = "release_mail": "vastgehouden post vrijgeven", "release mail that waits", by AGENTS;
    /// Follows mail on its way out.
    TrackMail = "track_mail": "uitgaande post volgen", "follow mail on its way out",
        by &[AgentLine1, AgentLine2, ServiceManager, Auditor, Administrator, Integration];
    /// Sends mail again that was given up.
    ResendMail = "resend_mail": "post opnieuw verzenden", "send mail again", by &[AgentLine1, AgentLine2, ServiceManager, Administrator];
    /// Sees what a contract text would change.
    PlanAgreements = "plan_agreements": "contractwijziging bekijken", "plan agreements", by &[ServiceManager, ContractManager];
    ApplyAgreements = "apply_agreements": "contract toepassen", "apply agreements", by &[ContractManager];
    AmendCalendars = "amend_calendars": "openingstijden wijzigen", "amend calendars", by &[ServiceManager, ContractManager];
    /// Approves, for one of the two sides, what both have to; the desk writes down either side's approval.
    ApproveAmendments = "approve_amendments": "wijzigingen goedkeuren", "approve amendments",
        by &[ServiceManager, ContractManager, AuthorisedRequester, Approver];
    /// Tries a changed contract on what happened.
    SimulateContracts = "simulate_contracts": "contract proberen", "simulate contracts", by &[ServiceManager, ContractManager];
    /// Sees and moves the time of a sandbox.
    RunSandbox = "run_sandbox": "proeftijd bedienen", "run the sandbox", by &[Administrator];
    /// Reads the audit trail. Not for those whose acts it tells most of: an administrator does not check on themselves.
    ReadAudit = "read_audit": "audittrail lezen", "read the audit trail", by &[SecurityOfficer, Auditor];
    /// Reads who holds which role, and where nobody can be reached.
    ReadRoles = "read_roles": "vervulde rollen lezen", "read who holds which role",
        by &[AgentLine1, AgentLine2, ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor, Administrator,
            AuthorisedRequester, Approver, FunctionalAdministrator, GlobalAdministrator];
    /// Says who holds a role of a communication matrix, until when, and who acts for them; a client for its own side.
    AssignRoles = "assign_roles": "rollen toewijzen", "assign roles",
        by &[ServiceManager, ContractManager, Administrator, Approver, GlobalAdministrator];
    /// The same for roles on which rights hang; a client within its own organisation.
    GrantRights = "grant_rights": "rechten toekennen", "grant rights", by &[Administrator, GlobalAdministrator];
    /// Signs, for one of the two sides, for a role that both agree on.
    ApproveRoles = "approve_roles": "rollen goedkeuren", "approve roles", by &[ServiceManager, ContractManager, SecurityOfficer, Approver];
    /// Ends a role that is held, or refuses one that waits for a signature: whoever grants it, and whoever signs for it.
    EndRoles = "end_roles": "rollen beëindigen of weigeren", "end or refuse roles",
        by &[ServiceManager, ContractManager, SecurityOfficer, Administrator, Approver, GlobalAdministrator];
    /// Records whether somebody still needs a role (IAM-06).
    ReviewRoles = "review_roles": "rollen beoordelen", "review roles", by &[ServiceManager, SecurityOfficer, Administrator];
    /// Gets everything the desk holds of a person.
    ExportPeople = "export_people": "gegevens van een persoon uitgeven", "export people", by &[PrivacyOfficer];
    /// Takes a person's name and address out of everything.
    ErasePeople = "erase_people": "personen verwijderen", "erase people", by &[PrivacyOfficer];
    /// Orders that something be kept, and ends such an order.
    PlaceHolds = "place_holds": "bewaarplicht opleggen en opheffen", "place and lift legal holds",
        by &[ContractManager, SecurityOfficer, PrivacyOfficer];
    /// Proposes or approves that what was kept long enough be destroyed.
    DestroyRecords = "destroy_records": "vernietiging voorstellen en goedkeuren", "propose and approve destruction",
        by &[ServiceManager, ContractManager, PrivacyOfficer];
    /// Reads what was erased, held and destroyed.
    ReadPrivacy = "read_privacy": "verwijderingen, bewaarplichten en vernietigingen lezen", "read erasures, legal holds and destructions",
        by &[ServiceManager, ContractManager, SecurityOfficer, PrivacyOfficer, Auditor];
    /// Gives people and systems access, and takes it away.
    ManageAccess = "manage_access": "toegang beheren", "manage access", by &[Administrator];
}

impl Principal {
    pub fn may(&self, verb: Verb) -> Result<(), Forbidden> {
        if self.roles.has_one_of(verb.roles()) || (counts_within(verb) && self.over.holds(verb.roles())) {
            return if self.limit.has(verb) { Ok(()) } else { Err(Forbidden::TokenScope(verb)) };
        }
        let roles = verb.roles();
        Err(if roles.iter().any(|role| role.side() == self.actor.side()) {
            Forbidden::RoleMissing(verb)
        } else {
            Forbidden::OtherSide(verb)
        })
    }
}
