//! Where the roles of a contract's matrix are reached: those who act in them, else the addresses in the contract (ROLE-02, ROLE-04).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{Gap, GapCause, RoleAssignment, RoleKind};
use crate::domain::Instant;
use crate::domain::contract::{Contract, Role};

/// Contract, organisation and role.
type Place = (String, String, String);

/// Who acts in matrix roles at an instant, by where they are reached.
#[derive(Debug, Default)]
pub struct Reach(BTreeMap<Place, Held>);

#[derive(Debug, Default)]
struct Held {
    /// Those who act, reachable or not.
    acting: BTreeSet<Uuid>,
    addresses: Vec<String>,
}

impl Reach {
    /// From the assignments in force at an instant, and the addresses of the people in them.
    pub fn new(assignments: &[RoleAssignment], addresses: &HashMap<Uuid, String>, at: Instant) -> Self {
        let mut places: BTreeMap<Place, Held> = BTreeMap::new();
        for one in assignments.iter().filter(|one| one.kind == RoleKind::Matrix && one.is_in_force_at(at)) {
            let (Some(contract), Some(organisation)) = (&one.contract, &one.organisation) else { continue };
            let held = places.entry((contract.clone(), organisation.clone(), one.role.clone())).or_default();
            let acting = one.acting_at(at);
            held.acting.extend(&acting);
            for address in acting.iter().filter_map(|who| addresses.get(who)) {
                if !held.addresses.contains(address) {
                    held.addresses.push(address.clone());
                }
            }
        }
        Self(places)
    }

    fn held(&self, contract: &Contract, role: &Role, organisation: &str) -> Option<&Held> {
        self.0.get(&(contract.id.clone(), organisation.to_owned(), role.code.clone()))
    }

    /// Whether somebody acts in a role.
    pub fn is_acting(&self, contract: &Contract, role: &Role, organisation: &str, who: Uuid) -> bool {
        self.held(contract, role, organisation).is_some_and(|held| held.acting.contains(&who))
    }

    /// Whether somebody holds a role, there or not.
    pub fn is_held(&self, contract: &Contract, role: &Role, organisation: &str) -> bool {
        self.held(contract, role, organisation).is_some()
    }

    /// Where a role is reached about the affairs of an organisation: at those who act in it, else where the contract says.
    pub fn addresses<'a>(&'a self, contract: &'a Contract, role: &'a Role, organisation: &str) -> &'a [String] {
        let held = self.held(contract, role, organisation).map(|held| held.addresses.as_slice());
        held.filter(|addresses| !addresses.is_empty()).unwrap_or_else(|| contract.addresses(role, organisation))
    }

    /// The roles of a contract in which nobody of those who should can be reached about the affairs of an organisation.
    pub fn gaps(&self, contract: &Contract, organisation: &str) -> Vec<Gap> {
        let gap = |role: &Role| {
            let falls_back = !contract.addresses(role, organisation).is_empty();
            let cause = match self.held(contract, role, organisation) {
                Some(held) if held.acting.is_empty() => GapCause::HolderAbsent,
                Some(held) if held.addresses.is_empty() => GapCause::NoAddress,
                None if !falls_back => GapCause::NobodyHoldsIt,
                _ => return None,
            };
            let (contract, organisation, role) = (contract.id.clone(), organisation.to_owned(), role.code.clone());
            Some(Gap { contract, organisation, role, cause, falls_back })
        };
        contract.roles.iter().filter_map(gap).collect()
    }
}
