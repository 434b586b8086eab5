//! What a virus scanner made of a file or of a mail, and to whom its bytes are handed out after that.
//!
//! What came in while the desk had no scanner has no such state, and is handed out as it always was.

use super::side::Side;
use crate::words::closed_list;

closed_list! {
    /// What the scanner made of it.
    pub enum Scan {
        /// Nobody gets it yet.
        Unscanned = "unscanned": "nog niet gecontroleerd", "not scanned yet";
        Clean = "clean": "niets gevonden", "nothing found";
        /// Nobody gets it.
        Infected = "infected": "malware gevonden", "malware found";
        /// The scanner cannot tell, since it is too large or encrypted, or fails on it. The desk gets it, and sees that; a client does not.
        Unscannable = "unscannable": "niet te controleren", "cannot be scanned";
    }
}

/// Why bytes are not handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    #[error("it was not scanned yet")]
    Unscanned,
    #[error("malware was found in it")]
    Infected,
    #[error("it could not be scanned")]
    Unscannable,
}

impl Scan {
    /// What is stored; a state of a later program is given to as few as there are.
    pub fn stored(code: &str) -> Self {
        Self::named(code).unwrap_or(Self::Infected)
    }

    pub const fn hands_out_to(self, side: Side) -> Result<(), Withheld> {
        match (self, side) {
            (Self::Clean, _) | (Self::Unscannable, Side::Supplier) => Ok(()),
            (Self::Unscanned, _) => Err(Withheld::Unscanned),
            (Self::Infected, _) => Err(Withheld::Infected),
            (Self::Unscannable, Side::Client) => Err(Withheld::Unscannable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_clean_is_given_to_no_client_and_what_is_infected_to_nobody() {
        for (scan, to_client, to_desk) in [
            (Scan::Unscanned, Err(Withheld::Unscanned), Err(Withheld::Unscanned)),
            (Scan::Clean, Ok(()), Ok(())),
            (Scan::Infected, Err(Withheld::Infected), Err(Withheld::Infected)),
            (Scan::Unscannable, Err(Withheld::Unscannable), Ok(())),
        ] {
            assert_eq!((scan.hands_out_to(Side::Client), scan.hands_out_to(Side::Supplier)), (to_client, to_desk), "{scan}");
        }
    }
}
