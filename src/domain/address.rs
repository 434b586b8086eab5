//! Mail addresses.

use uuid::Uuid;

/// How an address ends that was made up for somebody of whom none is known.
pub const NO_ADDRESS: &str = "@no-address.invalid";

/// The address kept for somebody of whom none is known.
pub fn made_up(id: Uuid) -> String {
    format!("{id}{NO_ADDRESS}")
}

/// Whether an address is only kept in place of one. It is shown to nobody, and nothing is sent to it.
pub fn is_made_up(address: &str) -> bool {
    address.trim().to_ascii_lowercase().ends_with(NO_ADDRESS)
}

/// Whether mail can be sent to an address, by the library that sends it. None is taken in for which that does not hold.
pub fn can_be_mailed(address: &str) -> bool {
    if is_made_up(address) {
        return false;
    }
    // In quotes a mailbox may hold blanks, commas and a second at sign, which no header or form that we read takes for one address.
    !address.contains(|sign: char| sign.is_whitespace() || sign == '"') && address.parse::<lettre::Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for address in ["anna@ipo.example", "Anna.de-Boer+x@sub.ipo.example", "o'neil@ipo.example", "jan@gemeente-zuid-ü.example"] {
            assert!(can_be_mailed(address), "{address}");
        }
        for none in [
            "",
            "anna",
            "@ipo.example",
            "anna@",
            "<a>@ipo.example,b",
            "x,victim@ipo.example",
            "a@ipo.example.",
            "a@ipo.example,b",
            "jan..x@ipo.example",
            ".jan@ipo.example",
            "a@-ipo.example",
            "a@b@ipo.example",
            "\"a b\"@ipo.example",
            "\"a@elders.example,\"@ipo.example",
            "Anna <anna@ipo.example>",
            "a@ipo.example\r\nBcc: b@ipo.example",
            // What the desk keeps for somebody without one is nobody's to give.
            "018f4c1e-7a3b-7c00-8000-0000000000aa@No-Address.invalid",
        ] {
            assert!(!can_be_mailed(none), "{none:?}");
        }
    }
}
