//! Every "no", gathered. `http` maps each to a status and a code.

mod codes;

pub use codes::{Code, FieldCode};

use sea_orm::DbErr;

use crate::domain::agreements::UnknownVersion;
use crate::domain::permission::Forbidden;
use crate::mail::messages;
use crate::store;

/// One thing wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer into the body, or the name of a query key or a header.
    pub pointer: String,
    pub code: FieldCode,
    /// What is the matter.
    pub detail: String,
}

impl Problem {
    /// A problem with a field of the body.
    pub fn field(field: &str, code: FieldCode, detail: impl Into<String>) -> Self {
        Self { pointer: format!("/{field}"), code, detail: detail.into() }
    }
}

/// The values of which one must be given, as a refusal says it.
pub fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 100;
    let values: Vec<_> = values.into_iter().collect();
    match values.len() {
        0 => "there is none to name here".to_owned(),
        1..=SHOWN => format!("must be one of {}", values.join(", ")),
        all => format!("must be one of {} and {} more", values[..SHOWN].join(", "), all - SHOWN),
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is another's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was sent cannot be: everything that is wrong with it.
    #[error("the request cannot be: {} problem(s)", .0.len())]
    Invalid(Vec<Problem>),
    /// It cannot be now.
    #[error("{detail}")]
    Conflict {
        code: Code,
        /// What stands in the way.
        detail: String,
    },
    /// Something else has what was asked for.
    #[error("{detail}")]
    Taken {
        code: Code,
        /// What stands in the way.
        detail: String,
        /// The number of the ticket that has it, where the caller sees that.
        by: Option<String>,
    },
    /// The caller may not.
    #[error("{detail}")]
    Forbidden {
        code: Code,
        /// Who may.
        detail: String,
    },
    /// It is more than is taken.
    #[error("{detail}")]
    TooLarge {
        code: Code,
        /// How much is taken.
        detail: String,
    },
    /// What was being sent stopped in the middle.
    #[error("the body did not come in whole")]
    Interrupted,
    /// The database asks for the same transaction once more.
    #[error("the database asks to repeat the transaction")]
    Repeat,
    /// A dependency is away, full or locked. Whether what was asked of it is done, nobody knows.
    #[error("what the desk depends on cannot be used now: {0}")]
    Unavailable(String),
    /// The program is asked to stop, and leaves the rest for the next one.
    #[error("the desk is stopping")]
    Stopping,
    /// A fault of the program or the machine.
    #[error("{0}")]
    Internal(String),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if store::asks_to_repeat(&error) {
            Self::Repeat
        } else if store::is_away(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(error.to_string())
        }
    }
}

impl From<Forbidden> for Error {
    fn from(forbidden: Forbidden) -> Self {
        let code = match forbidden {
            Forbidden::DeskOnly | Forbidden::RecordsLate | Forbidden::RecordsCalls | Forbidden::FulfilsForOthers => Code::DeskOnly,
            Forbidden::ClientDecides => Code::ClientDecides,
            Forbidden::ApprovesForOthers => Code::OtherSide,
        };
        Self::Forbidden { code, detail: forbidden.to_string() }
    }
}

impl From<messages::TemplateError> for Error {
    fn from(broken: messages::TemplateError) -> Self {
        Self::Internal(broken.to_string())
    }
}

impl From<UnknownVersion> for Error {
    fn from(unknown: UnknownVersion) -> Self {
        Self::Internal(unknown.to_string())
    }
}
