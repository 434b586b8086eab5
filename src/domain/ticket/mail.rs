//! What becomes of a mail about a ticket: it is given up, or sent again. Nothing is given up in silence (design § 5).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    /// Its id.
    pub message: Uuid,
    /// Which of the desk's messages it is.
    pub template: String,
}
