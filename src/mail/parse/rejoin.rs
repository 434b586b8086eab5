//! Repairs encoded headers that were cut inside a character. Each piece of an encoded text (RFC 2047, RFC 2231) must hold whole characters,
//! but many mail programs cut at a byte count. We join the pieces and let `mail-parser` decode the result.

use mail_parser::{HeaderValue, parsers::MessageStream};

/// Longer headers are left as they are: a hostile one would make joining slow.
const HEADER_CAP: usize = 10_000;

/// Decodes a header from its raw bytes, after joining neighbouring pieces with the same charset and encoding.
pub(super) fn words(raw: &[u8]) -> Option<String> {
    let joined = join_words(short(raw)?);
    match MessageStream::new(format!("{joined}\n").as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

/// Decodes a file name from the raw bytes of its header; none when it is not in pieces.
pub(super) fn file_name(raw: &[u8]) -> Option<String> {
    let joined = join_continuations(short(raw)?)?;
    match MessageStream::new(format!("{joined}\n").as_bytes()).parse_content_type() {
        HeaderValue::ContentType(kind) => kind.attribute("filename").or_else(|| kind.attribute("name")).map(str::to_owned),
        _ => None,
    }
}

fn short(raw: &[u8]) -> Option<&str> {
    str::from_utf8(raw).ok().filter(|raw| raw.len() <= HEADER_CAP)
}

/// `=?utf-8?Q?a?= =?utf-8?Q?b?=` becomes `=?utf-8?Q?ab?=`; Base64 only where the first piece is complete
/// groups without padding.
fn join_words(raw: &str) -> String {
    let mut joined = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(end) = rest.find("?=") {
        let (before, after) = (&rest[..end], &rest[end + 2..]);
        joined.push_str(before);
        let opening = joined.rfind("=?").map(|start| &joined[start..]).and_then(opening);
        let next = after.trim_start();
        match opening {
            Some(opening)
                if next.get(..opening.len()).is_some_and(|it| it.eq_ignore_ascii_case(opening)) && ends_whole(&joined, opening) =>
            {
                rest = &next[opening.len()..];
            }
            _ => {
                joined.push_str("?=");
                rest = after;
            }
        }
    }
    joined.push_str(rest);
    joined
}

/// The `=?charset?encoding?` at the start of an encoded word.
fn opening(word: &str) -> Option<&str> {
    let third = word.match_indices('?').nth(2)?.0;
    Some(&word[..=third])
}

fn ends_whole(joined: &str, opening: &str) -> bool {
    let content = joined.rfind(opening).map_or("", |start| &joined[start + opening.len()..]);
    opening.ends_with("Q?") || opening.ends_with("q?") || (content.len().is_multiple_of(4) && !content.ends_with('='))
}

/// `filename*0*=utf-8''a; filename*1*=b` becomes `filename*=utf-8''ab`.
fn join_continuations(raw: &str) -> Option<String> {
    let (head, tail) = raw.split_once("*0*=")?;
    let mut joined = format!("{head}*=");
    for (index, piece) in tail.split(';').map(str::trim).enumerate() {
        match piece.split_once(&format!("*{index}*=")) {
            Some((_, value)) if index > 0 => joined.push_str(value),
            _ if index == 0 => joined.push_str(piece),
            _ => break,
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        for (raw, text) in [
            ("=?utf-8?Q?caf=C3?=\r\n =?UTF-8?q?=A9?= dicht", "café dicht"),
            ("=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "caf\u{fffd}\u{fffd}"),
            ("=?utf-8?B?Y2Fm?= =?utf-8?B?w6k=?=", "café"),
            ("gewoon", "gewoon"),
        ] {
            assert_eq!(words(raw.as_bytes()).as_deref(), Some(text), "{raw}");
        }
    }

    #[test]
    fn a_file_name_in_pieces_keeps_its_alphabet() {
        let raw = b"attachment;\r\n filename*0*=ISO-8859-1''caf%E9;\r\n filename*1*=%E9.txt";
        assert_eq!(file_name(raw).as_deref(), Some("caféé.txt"));
        assert_eq!(file_name(b"attachment; filename=x.txt"), None);
    }
}
