//! The roles that rights hang on. Nobody has a right without a role that gives it (IAM-05).

use std::fmt;

use crate::domain::contract::Side;
use crate::words::closed_list;

closed_list! {
    /// What somebody is to the desk.
    pub enum Role {
        AgentLine1 = "agent_line_1": "behandelaar eerste lijn", "first-line agent";
        AgentLine2 = "agent_line_2": "behandelaar tweede lijn", "second-line agent";
        ServiceManager = "service_manager": "servicemanager", "service manager";
        ContractManager = "contract_manager": "contractmanager", "contract manager";
        SecurityOfficer = "security_officer": "beveiligingsfunctionaris", "security officer";
        PrivacyOfficer = "privacy_officer": "privacyfunctionaris", "privacy officer";
        /// Reads what every agent reads, and changes nothing.
        Auditor = "auditor": "auditor", "auditor";
        /// Runs the desk: who has access, its mail, its sandbox. Not its tickets.
        Administrator = "administrator": "beheerder", "administrator";
        /// A system that acts for the desk.
        Integration = "integration": "koppeling", "integration";
        /// Sees what they reported themselves (TKT-08).
        Requester = "requester": "melder", "requester";
        /// Sees every ticket of their organisation, and its reports (TKT-09).
        AuthorisedRequester = "authorised_requester": "gemachtigde melder", "authorised requester";
        /// Decides for their organisation as well: approves, accepts and declines what costs money or changes the agreement.
        Approver = "approver": "beslisser", "approver";
        /// Reads everything of their organisation, from day to day (IAM-02).
        FunctionalAdministrator = "functional_administrator": "functioneel beheerder", "functional administrator";
        /// The same, and gives people of their organisation access when that cannot wait: held for a named period, with the agreement of
        /// both sides, by at most two (IAM-02, AMB-72).
        GlobalAdministrator = "global_administrator": "algemeen beheerder van de klant", "global administrator of the client";
        /// Sees every ticket of their organisation, with those flagged for security (INC-11).
        ClientSecurityOfficer = "client_security_officer": "ISO of CISO van de klant", "client's security officer";
        /// The same, with those flagged for privacy (INC-12).
        ClientPrivacyOfficer = "client_privacy_officer": "privacy officer van de klant", "client's privacy officer";
    }
}

impl Role {
    pub const fn side(self) -> Side {
        match self {
            Self::AgentLine1
            | Self::AgentLine2
            | Self::ServiceManager
            | Self::ContractManager
            | Self::SecurityOfficer
            | Self::PrivacyOfficer
            | Self::Auditor
            | Self::Administrator
            | Self::Integration => Side::Supplier,
            Self::Requester
            | Self::AuthorisedRequester
            | Self::Approver
            | Self::FunctionalAdministrator
            | Self::GlobalAdministrator
            | Self::ClientSecurityOfficer
            | Self::ClientPrivacyOfficer => Side::Client,
        }
    }
}

/// Roles that no token or local account is given over the API: they let somebody in further than whoever gives access may be, or watch over
/// them. They come from an identity provider, are held with the signatures of two persons, or are given by the command on the desk's machine.
pub const GIVEN_APART: [Role; 7] = [
    Role::Administrator,
    Role::GlobalAdministrator,
    Role::SecurityOfficer,
    Role::PrivacyOfficer,
    Role::Auditor,
    Role::ClientSecurityOfficer,
    Role::ClientPrivacyOfficer,
];

/// The roles somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u32);

impl Roles {
    /// Of the program itself, which nobody refuses anything.
    pub const ALL: Self = Self((1 << Role::ALL.len()) - 1);

    /// Every role of one side.
    pub fn of(side: Side) -> Self {
        Role::ALL.into_iter().filter(|role| role.side() == side).collect()
    }

    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u32) != 0
    }

    pub fn has_one_of(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// Those of one side alone.
    #[must_use]
    pub fn of_side(self, side: Side) -> Self {
        self.iter().filter(|role| role.side() == side).collect()
    }

    #[must_use]
    pub const fn without(self, role: Role) -> Self {
        Self(self.0 & !(1 << role as u32))
    }

    /// Those of these and of others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those that are not given over the API.
    pub fn given_apart(self) -> Vec<Role> {
        self.iter().filter(|role| GIVEN_APART.contains(role)).collect()
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

/// As they are stored: codes, with a space between them.
impl fmt::Display for Roles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.iter().map(Role::as_str).collect::<Vec<_>>().join(" "))
    }
}

/// Reads what is stored. A role that this program does not know gives no right.
impl From<&str> for Roles {
    fn from(stored: &str) -> Self {
        stored.split(' ').filter_map(Role::named).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |all, role| all | 1 << role as u32))
    }
}
