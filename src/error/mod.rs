//! Every refusal, gathered. `http` maps each to a status and a code.

mod codes;

pub use codes::{Code, FieldCode};

use sea_orm::DbErr;

use crate::domain::agreements::UnknownVersion;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::scan::Withheld;
pub use crate::domain::text::one_of;
use crate::mail::messages;
use crate::store;
pub use crate::store::CallerLost;

/// One thing wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer into the body, or the name of a query key or a header.
    pub pointer: String,
    pub code: FieldCode,
    pub detail: String,
}

impl Problem {
    /// A problem with a field of the body.
    pub fn field(field: &str, code: FieldCode, detail: impl Into<String>) -> Self {
        Self { pointer: format!("/{field}"), code, detail: detail.into() }
    }

    /// The field of the body that it is in, at any depth, as a pointer writes it.
    pub fn field_name(&self) -> Option<&str> {
        self.pointer.split('/').nth(1)
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or it is another organisation's: a caller cannot tell which.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Everything that is wrong with the request, at once.
    #[error("the request has {} problem{}", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Invalid(Vec<Problem>),
    /// The request is well-formed, but the state of things does not allow it.
    #[error("{detail}")]
    Conflict { code: Code, detail: String },
    /// A name that must be unique is in use.
    #[error("{detail}")]
    Taken {
        code: Code,
        detail: String,
        /// The number of the ticket that has it, where the caller sees that.
        by: Option<String>,
    },
    #[error("{detail}")]
    Forbidden { code: Code, detail: String },
    #[error("{detail}")]
    TooLarge {
        code: Code,
        /// The limit.
        detail: String,
    },
    /// The client stopped sending in the middle of the body.
    #[error("the body is incomplete")]
    Interrupted,
    /// The transaction must be retried; `App::write` does so, and callers see this only when every retry failed.
    #[error("the database asks to repeat the transaction")]
    Repeat,
    /// A dependency is unreachable, full or locked. Whether the request was carried out is unknown.
    #[error("something the desk depends on is unavailable: {0}")]
    Unavailable(String),
    /// What the caller may was taken away or changed between identifying them and the first thing done for them.
    #[error("{0}")]
    CallerLost(CallerLost),
    /// The program was asked to stop; its next run does the rest.
    #[error("the desk is stopping")]
    Stopping,
    /// A stored file is not as it was stored. The text says which, for the log.
    #[error("{0}")]
    Damaged(String),
    /// A bug, or a fault of the machine.
    #[error("{0}")]
    Internal(String),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let (away, lost) = (store::is_away(&error), store::lost_caller(&error));
        if let Some(lost) = lost {
            return Self::CallerLost(lost);
        }
        match error {
            error if store::asks_to_repeat(&error) => Self::Repeat,
            error if away => Self::Unavailable(error.to_string()),
            // In our own words: the library would put its own before them.
            DbErr::Custom(words) => Self::Internal(words),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<Forbidden> for Error {
    fn from(forbidden: Forbidden) -> Self {
        let code = match forbidden {
            Forbidden::OtherSide(Verb::JudgeSolutions) => Code::ClientDecides,
            Forbidden::OtherSide(_) | Forbidden::FulfilsForOthers => Code::DeskOnly,
            Forbidden::RoleMissing(_) | Forbidden::FlagOfOthers(_) | Forbidden::OthersTicket => Code::RoleMissing,
            Forbidden::TokenScope(_) => Code::TokenScope,
            Forbidden::ApprovesForOthers | Forbidden::AssignsForOthers | Forbidden::SignsForOthers => Code::OtherSide,
            Forbidden::NotInPerson | Forbidden::NotTheirOwn => Code::NotInPerson,
            Forbidden::EndsForOthers => Code::OthersHolder,
            Forbidden::NoCasePortal => Code::NoCasePortal,
        };
        Self::Forbidden { code, detail: forbidden.to_string() }
    }
}

impl From<Withheld> for Error {
    fn from(withheld: Withheld) -> Self {
        let detail = format!("{withheld}, so it is not sent");
        match withheld {
            Withheld::Unscanned => Self::Conflict { code: Code::FileUnscanned, detail },
            Withheld::Infected => Self::Forbidden { code: Code::FileInfected, detail },
            Withheld::Unscannable => Self::Forbidden { code: Code::FileUnscannable, detail },
        }
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
