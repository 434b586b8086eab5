//! What becomes of a mail about a ticket: it is given up, or sent again. Nothing is given up in silence (design § 5).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    pub message: Uuid,
    /// A code of `MailKind`.
    pub template: String,
}
