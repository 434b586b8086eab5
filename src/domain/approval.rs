//! Approval: who has to agree with something, and the signatures of those who did (design § 7).
//!
//! One mechanism for everything that waits for agreement. What is required is a list of seats, each filled by one signature; nobody fills
//! two. What is approved takes effect with the signature that fills the last one.

use uuid::Uuid;

use super::Instant;
use super::side::Side;
use crate::words::closed_list;

closed_list! {
    /// What approvals belong to. Ids are unique within a kind.
    pub enum ApprovalSubject {
        Destruction = "destruction": "vernietiging", "destruction";
        CalendarAmendment = "calendar_amendment": "kalenderwijziging", "calendar amendment";
        RoleAssignment = "role_assignment": "vervulde rol", "role assignment";
        Redaction = "redaction": "redactie", "redaction";
    }
}

/// A person's signature for one of the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub id: Uuid,
    pub side: Side,
    /// The person who approved: two of them are told apart by this alone.
    pub approver: Uuid,
    /// Their name as it was then.
    pub name: String,
    /// What shows it, in words.
    pub evidence: Option<String>,
    /// Who recorded it, as histories name them: the person who approved, or whoever wrote down what they signed on paper.
    pub actor: String,
    /// The token with which that was done.
    pub token: Option<Uuid>,
    pub approved_at: Instant,
}

impl Approval {
    /// Whether the person who approved recorded it themselves.
    pub fn is_in_person(&self) -> bool {
        self.actor.split_once(':').and_then(|(_, id)| id.parse().ok()) == Some(self.approver)
    }
}

/// That something which waited for signatures will not get them: it was withdrawn by whoever asked for it, or refused by somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// As histories name people.
    pub by: String,
    pub at: Instant,
    pub reason: String,
}

closed_list! {
    /// How far something is that waits for signatures.
    pub enum Standing {
        Waiting = "waiting": "wacht op een tweede persoon", "waiting for a second person";
        Approved = "approved": "goedgekeurd", "approved";
        Withdrawn = "withdrawn": "ingetrokken", "withdrawn";
        Refused = "refused": "afgewezen", "refused";
    }
}

impl Standing {
    /// `approvals` begin with that of whoever asked.
    pub fn of(required: Required, approvals: &[Approval], ended: Option<&Ended>) -> Self {
        match ended {
            Some(ended) if approvals.first().is_some_and(|asked| asked.actor == ended.by) => Self::Withdrawn,
            Some(_) => Self::Refused,
            None if required.missing(approvals).is_empty() => Self::Approved,
            None => Self::Waiting,
        }
    }
}

/// A signature that is needed: of somebody of that side, or of either side.
pub type Seat = Option<Side>;

/// Whose signatures are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Nobody's: it takes effect when it is recorded.
    Nothing,
    /// One of each side (IAM-03, ROLE-05).
    EachSide,
    /// Two, of either side.
    TwoPersons,
    /// Two, of this side.
    TwoOf(Side),
}

/// Why a signature is not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it waits for nobody")]
    Complete,
    #[error("the {} has approved already", .0.as_str())]
    SideApproved(Side),
    #[error("this person has approved already: each approval is given by a person of its own")]
    SamePerson,
}

impl Required {
    const fn seats(self) -> &'static [Seat] {
        match self {
            Self::Nothing => &[],
            Self::EachSide => &[Some(Side::Client), Some(Side::Supplier)],
            Self::TwoPersons => &[None, None],
            Self::TwoOf(Side::Client) => &[Some(Side::Client), Some(Side::Client)],
            Self::TwoOf(Side::Supplier) => &[Some(Side::Supplier), Some(Side::Supplier)],
        }
    }

    /// The seats that these signatures leave open.
    pub fn missing(self, approvals: &[Approval]) -> Vec<Seat> {
        let mut open = self.seats().to_vec();
        for approval in approvals {
            if let Some(seat) = open.iter().position(|seat| seat.is_none_or(|side| side == approval.side)) {
                open.remove(seat);
            }
        }
        open
    }

    /// The sides whose signature is missing; for a seat of either side, both.
    pub fn waits_for(self, approvals: &[Approval]) -> Vec<Side> {
        let missing = self.missing(approvals);
        Side::ALL.into_iter().filter(|side| missing.iter().any(|seat| seat.is_none_or(|own| own == *side))).collect()
    }

    /// Refuses a signature that fills no seat, or that is of somebody who filled one.
    pub fn check(self, approvals: &[Approval], new: &Approval) -> Result<(), Refused> {
        let open = self.missing(approvals);
        if open.is_empty() {
            return Err(Refused::Complete);
        }
        if open.iter().all(|seat| seat.is_some_and(|side| side != new.side)) {
            return Err(Refused::SideApproved(new.side));
        }
        if approvals.iter().any(|known| known.approver == new.approver) { Err(Refused::SamePerson) } else { Ok(()) }
    }

    /// When the last signature was given; `recorded_at` where none is needed, and `None` while one is missing.
    pub fn in_force_at(self, approvals: &[Approval], recorded_at: Instant) -> Option<Instant> {
        if !self.missing(approvals).is_empty() {
            return None;
        }
        let given = approvals.iter().map(|approval| approval.approved_at);
        Some(given.fold(recorded_at, Instant::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(side: Side, name: &str, id: u128, at: i64) -> Approval {
        Approval {
            id: Uuid::from_u128(id),
            side,
            approver: Uuid::from_u128(id),
            name: name.to_owned(),
            evidence: None,
            actor: "desk:x".to_owned(),
            token: None,
            approved_at: Instant::from_unix(at).expect("an instant"),
        }
    }

    #[test]
    fn iam_03_two_approvals_of_one_party_are_refused_and_so_is_one_person_for_both() {
        let anna = by(Side::Client, "Anna", 1, 10);
        let each = Required::EachSide;
        assert_eq!(each.check(&[], &anna), Ok(()));
        let signed = std::slice::from_ref(&anna);
        assert_eq!(each.check(signed, &by(Side::Client, "Bea", 2, 11)), Err(Refused::SideApproved(Side::Client)));
        assert_eq!(each.check(signed, &by(Side::Supplier, "A. de Boer", 1, 11)), Err(Refused::SamePerson));
        assert_eq!(each.check(signed, &by(Side::Supplier, "Bob", 3, 11)), Ok(()));
        assert_eq!(each.check(signed, &by(Side::Supplier, "Anna", 3, 11)), Ok(()), "another person may have the same name");
        let both = [anna.clone(), by(Side::Supplier, "Bob", 3, 11)];
        assert_eq!(each.check(&both, &by(Side::Supplier, "Cor", 4, 12)), Err(Refused::Complete));
    }

    #[test]
    fn it_takes_effect_with_the_last_signature() {
        let recorded_at = Instant::from_unix(5).expect("an instant");
        let (anna, bob) = (by(Side::Client, "Anna", 1, 10), by(Side::Supplier, "Bob", 2, 20));
        for required in [Required::EachSide, Required::TwoPersons] {
            assert_eq!(required.in_force_at(std::slice::from_ref(&anna), recorded_at), None);
            assert_eq!(required.in_force_at(&[anna.clone(), bob.clone()], recorded_at), Some(bob.approved_at));
        }
        assert_eq!(Required::Nothing.in_force_at(&[], recorded_at), Some(recorded_at));
        assert_eq!(Required::EachSide.waits_for(std::slice::from_ref(&anna)), [Side::Supplier]);
        assert_eq!(Required::TwoPersons.waits_for(std::slice::from_ref(&anna)), Side::ALL);
    }

    #[test]
    fn two_persons_of_one_side_will_do_where_no_side_is_named() {
        let anna = by(Side::Supplier, "Anna", 1, 10);
        let signed = std::slice::from_ref(&anna);
        assert_eq!(Required::TwoPersons.check(signed, &by(Side::Supplier, "Bob", 2, 11)), Ok(()));
        assert_eq!(Required::TwoPersons.check(signed, &by(Side::Client, "A.", 1, 11)), Err(Refused::SamePerson));
    }

    #[test]
    fn two_persons_of_one_side_are_two_of_that_side() {
        let anna = by(Side::Supplier, "Anna", 1, 10);
        let (two, signed) = (Required::TwoOf(Side::Supplier), std::slice::from_ref(&anna));
        assert_eq!(two.waits_for(signed), [Side::Supplier]);
        assert_eq!(two.check(signed, &by(Side::Client, "Bea", 2, 11)), Err(Refused::SideApproved(Side::Client)));
        assert_eq!(two.check(signed, &by(Side::Supplier, "Anna", 1, 11)), Err(Refused::SamePerson));
        assert_eq!(two.check(signed, &by(Side::Supplier, "Bob", 3, 11)), Ok(()));
    }

    #[test]
    fn a_signature_that_somebody_else_wrote_down_is_not_in_person() {
        let anna = by(Side::Client, "Anna", 1, 10);
        let own = Approval { actor: format!("client:{}", anna.approver), ..anna.clone() };
        assert!(own.is_in_person() && !anna.is_in_person());
    }
}
