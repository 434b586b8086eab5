//! Names of folders as IMAP writes them: modified UTF-7 (RFC 3501, section 5.1.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// `Geïnd & klaar` is `Ge&AO8-nd &- klaar`.
pub fn encoded(name: &str) -> String {
    let (mut out, mut others) = (String::new(), Vec::new());
    for sign in name.chars() {
        if !(' '..='~').contains(&sign) {
            others.extend(sign.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            continue;
        }
        shift(&mut out, &mut others);
        out.push(sign);
        if sign == '&' {
            out.push('-');
        }
    }
    shift(&mut out, &mut others);
    out
}

/// Writes what is not ASCII, in UTF-16.
fn shift(out: &mut String, others: &mut Vec<u8>) {
    if !others.is_empty() {
        out.push('&');
        out.push_str(&STANDARD_NO_PAD.encode(&*others).replace('/', ","));
        out.push('-');
        others.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_other_signs_than_ascii_is_written_in_utf_7() {
        for (name, written) in [
            ("INBOX", "INBOX"),
            ("Postvak IN/Verwerkt", "Postvak IN/Verwerkt"),
            ("R&D", "R&-D"),
            ("Geïnd & klaar", "Ge&AO8-nd &- klaar"),
            // The example of the RFC.
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("é", "&AOk-"),
            ("", ""),
        ] {
            assert_eq!(encoded(name), written, "{name}");
        }
    }
}
