//! What makes a request the same as an earlier one.

/// A key as its caller sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As histories name callers.
    pub caller: String,
    pub key: String,
    /// SHA-256 of the request.
    pub digest: String,
}
