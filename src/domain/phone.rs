//! The telephone number of a desk: one that anyone in the country calls at a local, national or free rate (SUP-01).

use std::str::FromStr;

/// Such a number, as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

/// Why a text is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    #[error("is not a telephone number, such as 070 123 45 67, +31 70 123 45 67 or 0800 1234")]
    Unreadable,
    #[error("must be a Dutch number: callers pay no international rate")]
    Abroad,
    /// One that costs more than an ordinary call.
    #[error("must not be a paid number")]
    Paid,
}

impl Phone {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = BadPhone;

    fn from_str(text: &str) -> Result<Self, BadPhone> {
        let written = text.trim().replace("(0)", "");
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        if !written.chars().all(|sign| sign.is_ascii_digit() || " -.()+".contains(sign)) || written.rfind('+').is_some_and(|at| at > 0) {
            return Err(BadPhone::Unreadable);
        }
        let national = if written.starts_with('+') {
            digits.strip_prefix("31").ok_or(BadPhone::Abroad)?
        } else if let Some(abroad) = digits.strip_prefix("00") {
            abroad.strip_prefix("31").ok_or(BadPhone::Abroad)?
        } else if digits.starts_with("140") && (5..=6).contains(&digits.len()) {
            // A municipality's short number: 14 and its area code.
            return Ok(Self(text.trim().to_owned()));
        } else {
            digits.strip_prefix('0').ok_or(BadPhone::Unreadable)?
        };
        // 0900, 0906 and 0909 are the premium-rate ranges.
        if ["900", "906", "909"].iter().any(|paid| national.starts_with(paid)) {
            return Err(BadPhone::Paid);
        }
        // Free numbers have four or seven digits after 0800.
        let is_whole =
            if national.starts_with("800") { matches!(national.len(), 7 | 10) } else { national.len() == 9 && !national.starts_with('0') };
        if is_whole { Ok(Self(text.trim().to_owned())) } else { Err(BadPhone::Unreadable) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sup_01_a_desk_is_called_at_a_local_national_or_free_rate() {
        for good in [
            "070 123 45 67",
            "+31 70 123 45 67",
            "+31 (0)70-1234567",
            "0031701234567",
            "0800 1234",
            "0800-1234567",
            "06 12345678",
            "14 070",
        ] {
            assert_eq!(good.parse::<Phone>().as_ref().map(Phone::as_str), Ok(good));
        }
        for (bad, why) in [
            ("0900 1234", BadPhone::Paid),
            ("+31 909 12 34", BadPhone::Paid),
            ("+32 2 123 45 67", BadPhone::Abroad),
            ("0032 2 123 45 67", BadPhone::Abroad),
            ("", BadPhone::Unreadable),
            ("bel ons", BadPhone::Unreadable),
            ("070 123 45 6", BadPhone::Unreadable),
            ("0800 12", BadPhone::Unreadable),
            ("7+0123456", BadPhone::Unreadable),
        ] {
            assert_eq!(bad.parse::<Phone>(), Err(why), "{bad}");
        }
    }
}
