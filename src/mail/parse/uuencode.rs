//! Files within a text, as programs wrote them before MIME: `begin 644 name`, lines in which three bytes are four signs, `end`.
//!
//! Only what is such a file from its first line to its last is taken for one; everything else is somebody's words. yEnc is absent: it was for
//! news groups, and mail does not carry its bytes.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The text without its files, and those.
pub(super) fn cut(text: &str) -> (String, Vec<File>) {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut left, mut files, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        if let Some((file, length)) = file(&lines[at..]) {
            files.push(file);
            at += length;
        } else {
            left.push(*line);
            at += 1;
        }
    }
    (left.join("\n"), files)
}

/// A file that begins on the first of these lines, and how many lines it takes up.
fn file(lines: &[&str]) -> Option<(File, usize)> {
    let name = begins(lines.first()?)?;
    let (mut bytes, mut at) = (Vec::new(), 1);
    loop {
        let line = lines.get(at)?.trim_end_matches('\r');
        at += 1;
        // What has no length is the last line; programs that strip blanks leave nothing of it.
        if matches!(line.trim_end(), "" | "`") {
            break;
        }
        if line == "end" {
            at -= 1;
            break;
        }
        decode(line, &mut bytes)?;
    }
    let is_ended = lines.get(at)?.trim_end() == "end";
    (is_ended && !bytes.is_empty()).then(|| (File { name: name.to_owned(), bytes }, at + 1))
}

/// The name behind `begin` and a mode of three or four digits.
fn begins(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    Some(name.trim()).filter(|name| is_mode && !name.is_empty())
}

/// Appends the bytes of a line; none when it is not such a line.
fn decode(line: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut values = line.bytes().map(|byte| (b' '..=b'`').contains(&byte).then(|| (byte - b' ') & 63));
    let length = usize::from(values.next()??);
    let signs = values.collect::<Option<Vec<u8>>>()?;
    // Blanks at the end may have been stripped, and a sign or two may follow as a checksum.
    let wanted = length.div_ceil(3) * 4;
    if signs.len() > wanted + 2 || length == 0 {
        return None;
    }
    let start = bytes.len();
    for group in 0..length.div_ceil(3) {
        let value = |index: usize| u32::from(signs.get(4 * group + index).copied().unwrap_or_default());
        let bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
        bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    bytes.truncate(start + length);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "begin 644 hallo.txt\n&2&%L;&\\*\n`\nend";

    fn hello() -> File {
        File { name: "hallo.txt".to_owned(), bytes: b"Hallo\n".to_vec() }
    }

    #[test]
    fn a_file_in_a_text_is_taken_out_of_it() {
        let text = format!("Zie hier:\n\n{HELLO}\nGroet");
        assert_eq!(cut(&text), ("Zie hier:\n\nGroet".to_owned(), vec![hello()]));
        assert_eq!(cut(&text.replace('\n', "\r\n")).1, [hello()]);
        assert_eq!(cut(&text.replace("`\n", "\n")).1, [hello()], "without the last grave accent");
        assert_eq!(cut(&format!("{HELLO}\n{HELLO}")).1.len(), 2);
    }

    #[test]
    fn words_that_begin_like_a_file_stay() {
        for text in [
            "begin 644 keer opnieuw met de printer\nen het werkt nog niet.",
            "begin 644 x\n\nend",
            "begin 644 hallo.txt\n&2&%L;&\\*\nverder niets",
            "begin 644 hallo.txt",
            "begin abc hallo.txt\n&2&%L;&\\*\n`\nend",
            "begin at the end",
            "",
        ] {
            assert_eq!(cut(text), (text.to_owned(), Vec::new()), "{text}");
        }
    }
}
