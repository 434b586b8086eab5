//! Undoes the compression of rich text within TNEF (MS-OXRTFCP).
//!
//! Written here: the crates for it trust the size that the sender names, or panic on short input.

const COMPRESSED: &[u8] = b"LZFu";
const UNCOMPRESSED: &[u8] = b"MELA";
const HEADER: usize = 16;
const WINDOW: usize = 4096;
/// What every text is taken to follow.
const BEFORE: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// None when it is not compressed rich text, or longer than `cap` bytes. Two bytes give at most seventeen, so no size needs to be believed.
pub(super) fn decompressed(data: &[u8], cap: usize) -> Option<Vec<u8>> {
    let (kind, content) = (data.get(8..12)?, data.get(HEADER..)?);
    if kind == UNCOMPRESSED {
        return (content.len() <= cap).then(|| content.to_vec());
    }
    if kind != COMPRESSED {
        return None;
    }
    let mut window = [0_u8; WINDOW];
    window[..BEFORE.len()].copy_from_slice(BEFORE);
    let (mut end, mut out) = (BEFORE.len(), Vec::new());
    let mut bytes = content.iter().copied();
    while let Some(flags) = bytes.next() {
        for bit in 0..8 {
            let Some(first) = bytes.next() else { return Some(out) };
            let (start, length) = if flags >> bit & 1 == 1 {
                let Some(second) = bytes.next() else { return Some(out) };
                let reference = u16::from_be_bytes([first, second]);
                let (start, length) = (usize::from(reference >> 4), usize::from(reference & 15) + 2);
                // What refers to its own place is the end.
                if start == end {
                    return Some(out);
                }
                (start, length)
            } else {
                window[end] = first;
                (end, 1)
            };
            for at in start..start + length {
                let byte = window[at % WINDOW];
                window[end] = byte;
                end = (end + 1) % WINDOW;
                out.push(byte);
            }
            if out.len() > cap {
                return None;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(kind: &[u8], content: &[u8]) -> Vec<u8> {
        [&[0; 8], kind, &[0; 4], content].concat()
    }

    /// The example of the specification: "{\rtf1\ansi\ansicpg1252\pard hello world}".
    #[test]
    fn rich_text_is_unpacked() {
        let content = hex::decode("03000a007263706731323542320af32068656c090020627705b06c647d0a800fa0").expect("hex");
        let text = decompressed(&packed(COMPRESSED, &content), 1000).expect("a text");
        assert_eq!(String::from_utf8_lossy(&text), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(decompressed(&packed(UNCOMPRESSED, b"{\\rtf1 x}"), 1000).as_deref(), Some(&b"{\\rtf1 x}"[..]));
    }

    #[test]
    fn what_is_cut_off_gives_what_came_and_what_has_no_end_gives_nothing() {
        let repeating = packed(COMPRESSED, &[0xff; 10_000]);
        assert_eq!(decompressed(&repeating, 1000), None);
        assert_eq!(decompressed(&packed(COMPRESSED, &[0, b'a']), 1000).as_deref(), Some(&b"a"[..]));
        for short in [&b""[..], b"LZFu", &packed(b"????", b"x")] {
            assert_eq!(decompressed(short, 1000), None);
        }
    }
}
