//! Closed lists of codes, each code with what people call it in Dutch and in English.
//!
//! A list is declared once, where its meaning lives, and everything that shows a code to people reads its names from there:
//!
//! ```ignore
//! closed_list! {
//!     /// How a ticket or a message came in (TKT-02).
//!     pub enum Channel {
//!         Phone = "phone": "telefoon", "phone";
//!         Email = "email": "e-mail", "e-mail";
//!     }
//! }
//! ```
//!
//! The macro makes the enum and everything a code needs: `ALL`, `WORDS`, `as_str`, `named`, `dutch`, `english`, and the traits by
//! which it is printed, parsed and (de)serialised as its code. A value without both names does not compile. Names are in small
//! letters, as they stand inside a sentence.
//!
//! Absent on purpose: the names under which lists are published. Those belong to the API (`http::labels`).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// A code and what people call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Stable: it stands in the API, in files and in the database.
    pub code: &'static str,
    pub dutch: &'static str,
    pub english: &'static str,
}

/// What generic code needs of a list; everything else is on the enum itself.
pub trait ClosedList: Copy + 'static {
    const CODES: &'static [&'static str];

    fn of_code(code: &str) -> Option<Self>;
}

/// A text that is not a code of the list it was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is none of {}", .0.join(", "))]
pub struct UnknownCode(pub &'static [&'static str]);

/// Deserialises a code; the error names the codes there are.
pub fn deserialize<'de, L: ClosedList, D: Deserializer<'de>>(deserializer: D) -> Result<L, D::Error> {
    struct Code<L>(PhantomData<L>);

    impl<L: ClosedList> Visitor<'_> for Code<L> {
        type Value = L;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(out, "one of {}", L::CODES.join(", "))
        }

        fn visit_str<E: Error>(self, code: &str) -> Result<L, E> {
            L::of_code(code).ok_or_else(|| E::unknown_variant(code, L::CODES))
        }
    }

    deserializer.deserialize_str(Code(PhantomData))
}

macro_rules! closed_list {
    ($(#[$attribute:meta])* $visibility:vis enum $list:ident {
        $($(#[$note:meta])* $value:ident = $code:literal: $dutch:literal, $english:literal;)+
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $list { $($(#[$note])* $value),+ }

        impl $list {
            /// In the order in which lists show them.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$value),+];
            pub const WORDS: [$crate::words::Word; Self::ALL.len()] = [$(Self::$value.word()),+];

            pub const fn word(self) -> $crate::words::Word {
                match self {
                    $(Self::$value => $crate::words::Word { code: $code, dutch: $dutch, english: $english }),+
                }
            }

            /// The code.
            pub const fn as_str(self) -> &'static str {
                self.word().code
            }

            pub const fn dutch(self) -> &'static str {
                self.word().dutch
            }

            pub const fn english(self) -> &'static str {
                self.word().english
            }

            pub fn named(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$value),)+
                    _ => None,
                }
            }
        }

        impl $crate::words::ClosedList for $list {
            const CODES: &'static [&'static str] = &[$($code),+];

            fn of_code(code: &str) -> Option<Self> {
                Self::named(code)
            }
        }

        impl std::fmt::Display for $list {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $list {
            type Err = $crate::words::UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::named(code).ok_or($crate::words::UnknownCode(<Self as $crate::words::ClosedList>::CODES))
            }
        }

        impl serde::Serialize for $list {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $list {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::words::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use closed_list;

#[cfg(test)]
mod tests {
    use super::*;

    closed_list! {
        #[derive(Default)]
        enum Season {
            #[default]
            Spring = "spring": "lente", "spring";
            HighSummer = "high-summer": "hoogzomer", "high summer";
        }
    }

    #[test]
    fn a_code_is_read_as_it_is_written_and_has_both_names() {
        for season in Season::ALL {
            assert_eq!(season.as_str().parse(), Ok(season));
            assert_eq!(serde_json::from_value::<Season>(serde_json::json!(season)).ok(), Some(season));
        }
        assert_eq!(Season::WORDS[1], Word { code: "high-summer", dutch: "hoogzomer", english: "high summer" });
        assert_eq!((Season::default().dutch(), Season::HighSummer.english()), ("lente", "high summer"));
        assert_eq!(format!("{}", Season::HighSummer), "high-summer");
    }

    #[test]
    fn a_text_that_is_no_code_is_refused_with_the_codes_there_are() {
        assert_eq!("winter".parse::<Season>().map_err(|error| error.to_string()), Err("is none of spring, high-summer".to_owned()));
        let refused = serde_json::from_str::<Season>("\"winter\"").map_err(|error| error.to_string());
        assert!(refused.is_err_and(|error| error.starts_with("unknown variant `winter`, expected `spring` or `high-summer`")));
        assert!(serde_json::from_str::<Season>("1").is_err());
    }
}
