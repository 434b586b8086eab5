//! What somebody signed and packed with the signature in one (S/MIME `signed-data`, RFC 8551). It is read, and the signature is not judged.
//!
//! Written here: no crate in the build reads the encoding without fixed lengths that most programs write, and only four fields are needed.

const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
/// Pieces of one value within one another.
const DEPTH_CAP: usize = 8;

const OBJECT: u8 = 0x06;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PIECES: u8 = 0x24;
const SEQUENCE: u8 = 0x30;
const EXPLICIT: u8 = 0xa0;

/// Whether it is signed data, with or without what was signed.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    opened(bytes).is_some()
}

/// What stands behind its kind.
fn opened(bytes: &[u8]) -> Option<&[u8]> {
    let outer = of_kind(read(bytes)?.0, SEQUENCE)?;
    let (kind, rest) = read(outer.content)?;
    (of_kind(kind, OBJECT)?.content == SIGNED).then_some(rest)
}

/// The bytes that were signed, a MIME part; none when it is something else, or cut off.
pub(super) fn content(bytes: &[u8]) -> Option<Vec<u8>> {
    let rest = opened(bytes)?;
    let signed = of_kind(read(rest)?.0, EXPLICIT)?;
    let signed = of_kind(read(signed.content)?.0, SEQUENCE)?;
    // Behind the version and the algorithms.
    let (_, rest) = read(signed.content)?;
    let (_, rest) = read(rest)?;
    let packed = of_kind(read(rest)?.0, SEQUENCE)?;
    let (_, rest) = read(packed.content)?;
    let packed = of_kind(read(rest)?.0, EXPLICIT)?;
    let mut content = Vec::new();
    join(read(packed.content)?.0, &mut content, 0)?;
    Some(content)
}

#[derive(Clone, Copy)]
struct Value<'v> {
    tag: u8,
    content: &'v [u8],
}

fn of_kind(value: Value<'_>, tag: u8) -> Option<Value<'_>> {
    (value.tag == tag).then_some(value)
}

/// Appends a string that may be in pieces.
fn join(value: Value<'_>, out: &mut Vec<u8>, depth: usize) -> Option<()> {
    match value.tag {
        OCTETS => out.extend_from_slice(value.content),
        OCTETS_IN_PIECES if depth < DEPTH_CAP => {
            let mut rest = value.content;
            while !rest.is_empty() {
                let (piece, behind) = read(rest)?;
                join(piece, out, depth + 1)?;
                rest = behind;
            }
        }
        _ => return None,
    }
    Some(())
}

/// The first value and what follows it (X.690).
fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (tag, content, indefinite) = header(bytes)?;
    if let Some(length) = indefinite {
        let (content, rest) = content.split_at_checked(length)?;
        return Some((Value { tag, content }, rest));
    }
    let length = unended(content)?;
    Some((Value { tag, content: &content[..length] }, &content[length + 2..]))
}

/// A tag, what follows its length, and that length; none where the value goes on until it is ended.
fn header(bytes: &[u8]) -> Option<(u8, &[u8], Option<usize>)> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    // Tags of several bytes do not occur here.
    if tag & 0x1f == 0x1f {
        return None;
    }
    match first {
        0x80 if tag & 0x20 != 0 => Some((*tag, rest, None)),
        0..0x80 => Some((*tag, rest, Some(usize::from(*first)))),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            Some((*tag, rest, Some(length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))))
        }
        _ => None,
    }
}

/// How long a value is that goes on until two zero bytes, once through it however deep it goes.
fn unended(content: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0, 1_usize);
    loop {
        let rest = content.get(at..)?;
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Some(at);
            }
            at += 2;
            continue;
        }
        let (_, behind, length) = header(rest)?;
        at = content.len() - behind.len();
        match length {
            Some(length) => at = at.checked_add(length)?,
            None => open += 1,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x82][..], &u16::try_from(content.len()).expect("short").to_be_bytes(), content].concat()
    }

    fn unended(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80][..], content, &[0, 0]].concat()
    }

    /// Signed data around a MIME part, without a signature.
    pub fn packed(part: &[u8]) -> Vec<u8> {
        around(&value(OCTETS, part), value)
    }

    fn around(string: &[u8], wrap: fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let data = value(OBJECT, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]);
        let packed = wrap(SEQUENCE, &[data, wrap(EXPLICIT, string)].concat());
        let signed = wrap(SEQUENCE, &[value(2, &[1]), value(0x31, &[]), packed, value(0x31, b"x")].concat());
        wrap(SEQUENCE, &[value(OBJECT, SIGNED), wrap(EXPLICIT, &signed)].concat())
    }

    #[test]
    fn what_was_signed_is_read_however_it_is_packed() {
        let pieces = [value(OCTETS, b"Con"), value(OCTETS, b"tent")].concat();
        for bytes in
            [packed(b"Content"), around(&value(OCTETS_IN_PIECES, &pieces), value), around(&unended(OCTETS_IN_PIECES, &pieces), unended)]
        {
            assert_eq!(content(&bytes).as_deref(), Some(&b"Content"[..]));
            for end in 0..bytes.len() - 20 {
                assert_eq!(content(&bytes[..end]).filter(|content| content != b"Content"), None);
            }
        }
    }

    #[test]
    fn what_is_nested_without_end_is_nothing() {
        let deep = [OCTETS_IN_PIECES, 0x80].repeat(1_000_000);
        assert_eq!(content(&around(&deep, value_of_any)), None);
        let ended = [deep, vec![0; 2_000_000]].concat();
        assert_eq!(content(&around(&ended, unended)), None);
        assert_eq!(content(b""), None);
    }

    fn value_of_any(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x84][..], &u32::try_from(content.len()).expect("short").to_be_bytes(), content].concat()
    }
}
