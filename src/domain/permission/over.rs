//! Roles of the desk that count for one organisation each: elevated rights and those of third parties, which the client agreed to. A client
//! agrees for itself alone, so that nothing of it works on another's rows.

use super::{Role, Roles, Verb, counts_within};
use crate::domain::restriction::{Flag, Flags};

/// Roles, each for the rows of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// By organisation, each of them once.
    roles: Vec<(String, Roles)>,
    /// Whether the rows that are seen are of these organisations alone.
    is_all_that_is_seen: bool,
}

impl Over {
    pub const NOTHING: Self = Self { roles: Vec::new(), is_all_that_is_seen: false };

    /// The organisations for whose rows a verb is given; `None` when there are none.
    pub fn giving(&self, verb: Verb) -> Option<Self> {
        let is_given = |roles: &Roles| counts_within(verb) && roles.has_one_of(verb.roles());
        let roles: Vec<_> = self.roles.iter().filter(|(_, roles)| is_given(roles)).cloned().collect();
        (!roles.is_empty()).then_some(Self { roles, is_all_that_is_seen: true })
    }

    /// What counts for the rows of one organisation.
    #[must_use]
    pub fn at(&self, organisation: &str) -> Self {
        let roles: Vec<_> = self.roles.iter().filter(|(at, _)| at == organisation).cloned().collect();
        Self { is_all_that_is_seen: !roles.is_empty(), roles }
    }

    pub fn organisations(&self) -> Vec<String> {
        self.roles.iter().map(|(organisation, _)| organisation.clone()).collect()
    }

    /// Whether one of these roles is had at every organisation, and no others are seen.
    pub fn holds(&self, one_of: &[Role]) -> bool {
        self.is_all_that_is_seen && self.roles.iter().all(|(_, roles)| roles.has_one_of(one_of))
    }

    /// The flags that open a ticket at each organisation.
    pub fn cleared(&self, opens: impl Fn(Roles, Flag) -> bool) -> Vec<(String, Flags)> {
        let flags = |roles: Roles| Flag::ALL.into_iter().filter(|flag| opens(roles, *flag)).collect::<Flags>();
        let cleared = self.roles.iter().map(|(organisation, roles)| (organisation.clone(), flags(*roles)));
        cleared.filter(|(_, flags)| !flags.is_empty()).collect()
    }
}

impl FromIterator<(String, Role)> for Over {
    fn from_iter<I: IntoIterator<Item = (String, Role)>>(held: I) -> Self {
        let mut over = Self::NOTHING;
        for (organisation, role) in held {
            let role = Roles::from_iter([role]);
            match over.roles.iter_mut().find(|(known, _)| *known == organisation) {
                Some((_, roles)) => *roles = roles.and(role),
                None => over.roles.push((organisation, role)),
            }
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::permission::{Forbidden, Principal};
    use crate::domain::restriction::Flag;

    fn external() -> Principal {
        let held = [("a", Role::AgentLine2), ("a", Role::SecurityOfficer), ("b", Role::ServiceManager), ("c", Role::Administrator)];
        let over = held.into_iter().map(|(at, role)| (at.to_owned(), role)).collect();
        Principal { over, ..Principal::new(Actor::Desk("me".to_owned()), Roles::default()) }
    }

    /// For every verb and organisation: it is given where a role that is held there gives it, and nowhere else.
    #[test]
    fn iam_09_a_verb_works_on_the_rows_of_those_organisations_alone_whose_right_gives_it() {
        let held =
            [("a", vec![Role::AgentLine2, Role::SecurityOfficer]), ("b", vec![Role::ServiceManager]), ("c", vec![Role::Administrator])];
        for verb in Verb::ALL {
            let given = |roles: &[Role]| counts_within(verb) && roles.iter().any(|role| verb.roles().contains(role));
            let expected: Vec<_> = held.iter().filter(|(_, roles)| given(roles)).map(|(at, _)| (*at).to_owned()).collect();
            assert!(external().may(verb).is_err(), "{verb} is not given everywhere");
            let narrowed = external().narrowed_to(verb);
            assert_eq!(narrowed.as_ref().map(|who| who.over.organisations()).unwrap_or_default(), expected, "{verb}");
            assert!(narrowed.is_none_or(|who| who.may(verb).is_ok()), "{verb}");
            for (at, roles) in &held {
                assert_eq!(external().at(at).may(verb).is_ok(), given(roles), "{verb} at {at}");
            }
            assert!(external().at("d").may(verb).is_err(), "{verb}");
        }
    }

    #[test]
    fn what_one_may_at_one_organisation_one_may_not_on_a_page_with_others() {
        let both = external().narrowed_to(Verb::ReadTickets).expect("all of them read");
        assert_eq!(both.over.organisations(), ["a", "b", "c"]);
        assert_eq!(both.may(Verb::RetierTickets), Err(Forbidden::RoleMissing(Verb::RetierTickets)));
        assert!(both.at("b").may(Verb::RetierTickets).is_ok() && both.at("a").may(Verb::RetierTickets).is_err());
        assert!(both.at("a").may_lift(Flag::Security).is_ok() && both.at("b").may_lift(Flag::Security).is_err());
    }

    #[test]
    fn whoever_has_a_role_of_the_desk_from_elsewhere_keeps_it_everywhere() {
        let agent = Principal { roles: Roles::from_iter([Role::AgentLine1]), ..external() };
        assert!(agent.narrowed_to(Verb::ReadTickets).is_none() && agent.may(Verb::ReadTickets).is_ok());
        assert_eq!(agent.narrowed_to(Verb::RetierTickets).map(|who| who.over.organisations()), Some(vec!["b".to_owned()]));
    }
}
