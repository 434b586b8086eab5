//! What a token is limited to. A limit takes away, and never gives: what no role gives, nobody may.

use std::fmt;

use super::Verb;

/// Verbs whose rows are an organisation's. What concerns the desk as a whole, or an agreement that others share, is not among these, and
/// neither is a verb that nobody thought of here.
const WITHIN_ORGANISATIONS: &[Verb] = &[
    Verb::AcceptChanges,
    Verb::AgreeRepairs,
    Verb::AnswerQuestions,
    Verb::AssignTickets,
    Verb::CallResponseTeams,
    Verb::DecideForClients,
    Verb::DecidePriorities,
    Verb::DecideSteps,
    Verb::DeclareMajor,
    Verb::EditTickets,
    Verb::FlagTickets,
    Verb::FollowTickets,
    Verb::JudgeForClients,
    Verb::LinkTickets,
    Verb::LogWork,
    Verb::ManageFollowers,
    Verb::MoveTickets,
    Verb::ReadAgreements,
    Verb::ReadDeskWork,
    Verb::ReadObligations,
    Verb::ReadPeople,
    Verb::ReadReports,
    Verb::ReadSecuritySignals,
    Verb::ReadTickets,
    Verb::RecordCalls,
    Verb::RecordDecisions,
    Verb::RecordLate,
    Verb::RecordObligations,
    Verb::RecordSecuritySignals,
    Verb::RegisterTickets,
    Verb::ResendMail,
    Verb::RetierTickets,
    Verb::RetypeTickets,
    Verb::ScopeTickets,
    Verb::TagTickets,
    Verb::TakePart,
    Verb::TrackMail,
    Verb::VouchForRequesters,
    Verb::WithdrawTickets,
    Verb::WriteMessages,
    Verb::WriteNotes,
    Verb::WriteParts,
];

/// Verbs that a right over one organisation gives as well: what they reach is that organisation's rows, too. A token that is limited to
/// organisations is for work on tickets, and gives none of these.
const WITHIN_A_RIGHT: &[Verb] = &[
    Verb::ApproveRedactions,
    Verb::AskRedactions,
    Verb::ChangePeople,
    Verb::LiftFlags,
    Verb::ManageContacts,
    Verb::ManagePeople,
    Verb::ReadRedactions,
    Verb::ReadRestrictedFiles,
    Verb::ReadRoles,
    Verb::RecordDepartures,
];

/// Whether a right that is held over one organisation gives this verb, for that organisation's rows.
pub fn counts_within(verb: Verb) -> bool {
    WITHIN_ORGANISATIONS.contains(&verb) || WITHIN_A_RIGHT.contains(&verb)
}

/// A set of verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verbs(u128);

impl Verbs {
    /// No limit.
    pub const ALL: Self = Self(u128::MAX);

    pub const fn has(self, verb: Verb) -> bool {
        self.0 & (1 << verb as u128) != 0
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Those it is limited to; `None` without a limit.
    pub fn listed(self) -> Option<Vec<Verb>> {
        (self != Self::ALL).then(|| Verb::ALL.into_iter().filter(|verb| self.has(*verb)).collect())
    }

    /// What can be done by whoever sees certain organisations only.
    pub fn within_organisations() -> Self {
        WITHIN_ORGANISATIONS.iter().copied().collect()
    }
}

/// As they are stored: codes, with a space between them.
impl fmt::Display for Verbs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = Verb::ALL.into_iter().filter(|verb| self.has(*verb)).map(Verb::as_str).collect();
        out.write_str(&codes.join(" "))
    }
}

/// Reads what is stored. A verb that this program does not know is not given.
impl From<&str> for Verbs {
    fn from(stored: &str) -> Self {
        stored.split(' ').filter_map(Verb::named).collect()
    }
}

impl FromIterator<Verb> for Verbs {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Self {
        Self(verbs.into_iter().fold(0, |all, verb| all | 1 << verb as u128))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::Side;
    use crate::domain::permission::{Forbidden, Principal};

    #[test]
    fn a_limit_takes_away_and_never_gives() {
        for side in Side::ALL {
            let all = Principal::any_of(side);
            for verb in Verb::ALL {
                let limited = all.clone().limited_to(Verbs::from_iter([verb]));
                for other in Verb::ALL {
                    let expected = match all.may(other) {
                        Ok(()) if other != verb => Err(Forbidden::TokenScope(other)),
                        given => given,
                    };
                    assert_eq!(limited.may(other), expected, "{verb} {other}");
                }
            }
        }
    }

    #[test]
    fn what_is_stored_is_read_back_and_an_unknown_verb_gives_nothing() {
        let verbs = Verbs::from_iter([Verb::ReadTickets, Verb::ManageAccess]);
        assert_eq!(Verbs::from(&*verbs.to_string()), verbs);
        assert_eq!(Verbs::from("fly").listed(), Some(Vec::new()));
        assert_eq!(Verbs::ALL.listed(), None);
        assert!(verbs.is_within(Verbs::ALL) && !Verbs::ALL.is_within(verbs));
    }

    #[test]
    fn whoever_sees_certain_organisations_changes_nothing_that_is_everybodys() {
        let within = Verbs::within_organisations();
        let of_the_desk =
            [Verb::ManageAccess, Verb::ApplyAgreements, Verb::AmendCalendars, Verb::RunSandbox, Verb::BringMail, Verb::ReadMail];
        assert!(of_the_desk.into_iter().all(|verb| !within.has(verb)) && within.has(Verb::ReadTickets));
    }
}
