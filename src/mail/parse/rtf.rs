//! Turns rich text (RTF) into plain text. One pass, no tree: the groups that are open are counted and never followed by recursion.

use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};

/// Groups within one another; what is nested deeper is read as if it stood at this depth.
const DEPTH_CAP: usize = 1000;

/// Destinations whose content is not text of the document.
const HIDDEN: [&str; 18] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "fldinst",
    "header",
    "footer",
];

#[derive(Debug, Clone, Copy)]
struct Group {
    is_hidden: bool,
    /// Signs that follow a `\u` for programs that do not know it.
    replaces: usize,
}

struct Reader<'r> {
    rest: &'r [u8],
    out: String,
    /// Bytes of the document's code page that are not decoded yet.
    pending: Vec<u8>,
    groups: Vec<Group>,
    /// Open groups beyond [`DEPTH_CAP`].
    deeper: usize,
    now: Group,
    /// Signs yet to be left out behind a `\u`.
    skip: usize,
    /// Half of a sign that UTF-16 writes as two.
    high: Option<u16>,
    decode: Option<DecoderFnc>,
}

/// None when it is not rich text.
pub(super) fn to_text(rtf: &[u8]) -> Option<String> {
    if !rtf.starts_with(b"{\\rtf") {
        return None;
    }
    let mut reader = Reader {
        rest: rtf,
        out: String::new(),
        pending: Vec::new(),
        groups: Vec::new(),
        deeper: 0,
        now: Group { is_hidden: false, replaces: 1 },
        skip: 0,
        high: None,
        decode: charset_decoder(b"windows-1252"),
    };
    while let Some((byte, rest)) = reader.rest.split_first() {
        reader.rest = rest;
        match byte {
            b'{' => reader.open(),
            b'}' => reader.close(),
            b'\\' => reader.control(),
            b'\r' | b'\n' | 0 => {}
            byte => reader.byte(*byte),
        }
    }
    reader.flush();
    Some(reader.out)
}

impl Reader<'_> {
    fn open(&mut self) {
        self.skip = 0;
        if self.groups.len() < DEPTH_CAP {
            self.groups.push(self.now);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        self.skip = 0;
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(before) = self.groups.pop() {
            self.now = before;
        }
    }

    /// Reads what follows a backslash.
    fn control(&mut self) {
        let Some((first, rest)) = self.rest.split_first() else { return };
        if first.is_ascii_alphabetic() {
            return self.word();
        }
        self.rest = rest;
        match first {
            b'\'' => {
                let hex = self.rest.get(..2).and_then(|hex| str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                if let Some(byte) = hex {
                    self.rest = &self.rest[2..];
                    self.byte(byte);
                }
            }
            b'*' => self.now.is_hidden = true,
            b'~' => self.sign('\u{a0}'),
            b'_' => self.sign('-'),
            b'\r' | b'\n' => self.sign('\n'),
            b'\\' | b'{' | b'}' => self.byte(*first),
            _ => {}
        }
    }

    fn word(&mut self) {
        let length = self.rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = if digits == 0 { 0 } else { sign + digits };
        let number = str::from_utf8(&rest[..length]).ok().and_then(|number| number.parse::<i64>().ok());
        // A blank behind a word belongs to it.
        self.rest = rest[length..].strip_prefix(b" ").unwrap_or(&rest[length..]);
        let Ok(word) = str::from_utf8(word) else { return };
        match (word, number) {
            ("par" | "line" | "row" | "sect" | "page", _) => self.sign('\n'),
            ("tab" | "cell", _) => self.sign('\t'),
            ("emdash", _) => self.sign('—'),
            ("endash", _) => self.sign('–'),
            ("bullet", _) => self.sign('•'),
            ("lquote", _) => self.sign('‘'),
            ("rquote", _) => self.sign('’'),
            ("ldblquote", _) => self.sign('“'),
            ("rdblquote", _) => self.sign('”'),
            ("u", Some(unit)) => self.unit(unit),
            ("uc", Some(signs)) => self.now.replaces = usize::try_from(signs).unwrap_or_default().min(16),
            ("bin", Some(bytes)) => {
                let bytes = usize::try_from(bytes).unwrap_or_default().min(self.rest.len());
                self.rest = &self.rest[bytes..];
            }
            ("ansicpg", Some(page)) => self.decode = code_page(page).or(self.decode),
            _ if HIDDEN.contains(&word) => self.now.is_hidden = true,
            _ => {}
        }
    }

    /// A unit of UTF-16, which stands as a signed number.
    fn unit(&mut self, unit: i64) {
        let unit = u16::try_from(unit.rem_euclid(0x1_0000)).unwrap_or_default();
        let units = self.high.take().into_iter().chain([unit]);
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            let signs: Vec<_> = char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            for sign in signs {
                self.sign(sign);
            }
        }
        self.skip = self.now.replaces;
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if !self.now.is_hidden {
            self.pending.push(byte);
        }
    }

    fn sign(&mut self, sign: char) {
        if !self.now.is_hidden {
            self.flush();
            self.out.push(sign);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        match self.decode {
            Some(decode) => self.out.push_str(&decode(&self.pending)),
            None => self.out.push_str(&String::from_utf8_lossy(&self.pending)),
        }
        self.pending.clear();
    }
}

/// The decoder of a Windows code page.
pub(super) fn code_page(page: i64) -> Option<DecoderFnc> {
    let name = match page {
        65001 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        874 => "windows-874".to_owned(),
        850 => "cp850".to_owned(),
        866 => "cp866".to_owned(),
        28591..=28605 => format!("iso-8859-{}", page - 28590),
        page => format!("windows-{page}"),
    };
    charset_decoder(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_reads_as_it_looks() {
        for (rtf, text) in [
            (r"{\rtf1\ansi Hallo\par Anna}", "Hallo\nAnna"),
            (r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}caf\'e9 \'80 5}", "café € 5"),
            (r"{\rtf1{\*\generator x;}\b vet\b0  en \i schuin}", "vet en schuin"),
            (r"{\rtf1 \u8364?5 \u-10179?\u-8704? {\uc0\u233}x}", "€5 😀 éx"),
            (r"{\rtf1 a\{b\}c\\d\~e}", "a{b}c\\d\u{a0}e"),
            ("{\\rtf1\\bin4 }}}}na}", "na"),
            (r"{\rtf1\fromhtml1{\*\htmltag64 <p>}Een\htmlrtf\par\htmlrtf0{\*\htmltag72 </p>}}", "Een\n"),
            (r"{\rtf1 {\pict 0102}x", "x"),
            (r"{\rtf1 \'zz\", "zz"),
        ] {
            assert_eq!(to_text(rtf.as_bytes()).as_deref(), Some(text), "{rtf}");
        }
        assert_eq!(to_text(b"Hallo"), None);
    }

    #[test]
    fn a_million_groups_in_one_another_are_counted_and_not_followed() {
        let rtf = format!("{{\\rtf1 {}a{}b}}", "{".repeat(1_000_000), "}".repeat(1_000_000));
        assert_eq!(to_text(rtf.as_bytes()).as_deref(), Some("ab"));
    }
}
