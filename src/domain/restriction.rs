//! Tickets that few may see: each flag on one opens it to those whom the flag concerns, and closes it to everybody else.
//!
//! Who that is says `permission::Clearance`, which is also what the store narrows its rows by.

use uuid::Uuid;

use crate::words::closed_list;

closed_list! {
    /// Why few may see a ticket.
    pub enum Flag {
        /// It touches the availability, integrity or confidentiality of data (INC-10).
        Security = "security": "beveiliging", "security";
        /// It touches the privacy of people (INC-12).
        Privacy = "privacy": "privacy", "privacy";
        /// Any other reason.
        Confidential = "confidential": "vertrouwelijk", "confidential";
    }
}

closed_list! {
    /// What a breach of security touches (INC-10).
    pub enum Aspect {
        Availability = "availability": "beschikbaarheid", "availability";
        Integrity = "integrity": "integriteit", "integrity";
        Confidentiality = "confidentiality": "vertrouwelijkheid", "confidentiality";
    }
}

/// The flags of a ticket. One without any is seen by everybody within whose rows it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Flags(u8);

impl Flags {
    pub const NONE: Self = Self(0);

    pub const fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn has_one_of(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }

    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | 1 << flag as u8)
    }

    #[must_use]
    pub const fn without(self, flag: Flag) -> Self {
        Self(self.0 & !(1 << flag as u8))
    }

    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |flag| self.has(*flag))
    }

    /// Every combination there is.
    pub fn all_combinations() -> impl Iterator<Item = Self> {
        (0..1 << Flag::ALL.len()).map(Self)
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::NONE, Self::with)
    }
}

/// As they are stored: a bit for each flag.
impl From<Flags> for i32 {
    fn from(flags: Flags) -> Self {
        flags.0.into()
    }
}

/// Reads what is stored.
impl From<i32> for Flags {
    fn from(stored: i32) -> Self {
        Flag::ALL.into_iter().filter(|flag| stored & (1 << *flag as i32) != 0).collect()
    }
}

/// What of a ticket decides who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restricted<'a> {
    pub flags: Flags,
    pub organisation: &'a str,
    pub requester_id: Option<Uuid>,
    pub assignee: Option<&'a str>,
    /// As histories name them.
    pub registered_by: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_stored_and_read_back() {
        for flags in Flags::all_combinations() {
            assert_eq!(Flags::from(i32::from(flags)), flags);
            assert_eq!(flags.iter().collect::<Flags>(), flags);
        }
        assert_eq!(Flags::all_combinations().count(), 8);
    }
}
