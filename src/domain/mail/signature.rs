//! Whether what a person signed in a mail (S/MIME, PGP) is what came.

use crate::words::closed_list;

closed_list! {
    /// What the desk made of the signature on a mail.
    pub enum SignatureVerdict {
        /// What came is what was signed, by the holder of the sender's address.
        Valid = "valid": "klopt", "valid";
        /// What came is what was signed, by somebody with another address than the sender's.
        OtherSigner = "other_signer": "van iemand anders dan de afzender", "of another than its sender";
        /// By a key that nobody whom the desk trusts vouches for, or not any more.
        Untrusted = "untrusted": "met een onbekende of vervallen sleutel", "by an unknown or expired key";
        /// What came is not what was signed.
        Invalid = "invalid": "klopt niet", "invalid";
        /// The desk has no keys for it, or could not judge it.
        Unchecked = "unchecked": "niet gecontroleerd", "not checked";
    }
}
