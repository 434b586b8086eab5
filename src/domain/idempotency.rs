//! What makes a request the same as one before.

/// A key as its caller sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As histories name them.
    pub caller: String,
    pub key: String,
    /// SHA-256 of what was asked.
    pub digest: String,
}
