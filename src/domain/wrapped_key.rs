//! The key of one file or mail, wrapped by a key of the desk: what is kept beside the sealed bytes.

/// See `crate::sealing`, which makes and opens these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The id of the desk's key that opens it.
    pub by: String,
    pub bytes: Vec<u8>,
}

impl WrappedKey {
    /// From the two columns that hold one.
    pub fn stored(by: Option<String>, bytes: Option<Vec<u8>>) -> Option<Self> {
        Some(Self { by: by?, bytes: bytes? })
    }
}
