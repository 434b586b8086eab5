//! Turns HTML into the text a reader would see: blocks on their own lines, quotations marked with `>`, no scripts and styles.
//!
//! The result is plain text, so there is no markup left to sanitise. It is no HTML parser on purpose: one pass, no tree, no recursion, so
//! that a hostile page costs no more than its length.

use mail_parser::decoders::html::add_html_token;

/// Elements whose content is not shown.
const HIDDEN: [&str; 6] = ["script", "style", "head", "template", "title", "noscript"];
/// Elements that start and end a line.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "main",
    "pre",
    "section",
    "table",
    "tr",
];
/// Blocks with a blank line around them.
const PARAGRAPHS: [&str; 4] = ["p", "ol", "ul", "hr"];
/// Levels of quotation that are marked; deeper ones get the same mark. Keeps a hostile page from multiplying its text.
const QUOTE_CAP: usize = 10;

/// Bytes in which a page says what it is written in.
const HEAD: usize = 4096;

pub(super) fn to_text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        page.text(&rest[..start]);
        rest = page.markup(&rest[start..]);
    }
    page.text(rest);
    page.out
}

/// What a page says that it is written in, in lower case: in its `<meta>`, or as XML.
pub(super) fn charset(page: &[u8]) -> Option<String> {
    // As far as a browser looks, and a little further: mail programs put styles in front.
    let head = String::from_utf8_lossy(&page[..page.len().min(HEAD)]).to_ascii_lowercase();
    let xml = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').strip_prefix("<?xml");
    let xml = xml.and_then(|rest| rest.split("?>").next()).and_then(|tag| attribute(tag, "encoding"));
    xml.or_else(|| head.split("<meta").skip(1).find_map(|rest| attribute(rest.split('>').next()?, "charset")))
}

/// The value behind a name and `=`, with or without quotation marks.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let value: String = value.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!value.is_empty()).then_some(value)
}

#[derive(Default)]
struct Page {
    out: String,
    /// How many `blockquote`s are open.
    quotes: usize,
    /// A space is due before the next word, unless a line begins there.
    space: bool,
    preformatted: bool,
    /// Hidden elements known to have no end tag in the rest of the page, so that each is searched for once.
    unclosed: Vec<String>,
}

impl Page {
    /// Reads the comment or tag at the start of `rest`, and returns what follows it.
    fn markup<'h>(&mut self, rest: &'h str) -> &'h str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            // A plain `<` in the text, as in `3 < 4`.
            self.text("<");
            return &rest[1..];
        }
        let Some(end) = rest.find('>') else { return "" };
        let (inside, behind) = (&rest[1..end], &rest[end + 1..]);
        let closes = inside.starts_with('/');
        let name =
            inside.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        if !closes && !inside.ends_with('/') && HIDDEN.contains(&name.as_str()) {
            return self.hidden(name, behind);
        }
        self.tag(&name, closes);
        behind
    }

    /// Skips the content of a hidden element. One without an end tag counts as empty: better a script in the text than a lost message.
    fn hidden<'h>(&mut self, name: String, behind: &'h str) -> &'h str {
        if self.unclosed.contains(&name) {
            return behind;
        }
        after_closing(behind, &name).unwrap_or_else(|| {
            self.unclosed.push(name);
            behind
        })
    }

    fn tag(&mut self, name: &str, closes: bool) {
        match name {
            "br" => self.line(),
            "td" | "th" => self.space = true,
            _ if PARAGRAPHS.contains(&name) => self.lines(2),
            _ if BLOCKS.contains(&name) => self.lines(1),
            _ => {}
        }
        match (name, closes) {
            ("blockquote", false) => self.quotes = (self.quotes + 1).min(QUOTE_CAP),
            ("blockquote", true) => self.quotes = self.quotes.saturating_sub(1),
            ("pre", _) => self.preformatted = !closes,
            ("li", false) => {
                self.word("-");
                self.space = true;
            }
            _ => {}
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.space = false;
    }

    /// Adds line ends until the text ends with at least `wanted` of them.
    fn lines(&mut self, wanted: usize) {
        self.space = false;
        if self.out.is_empty() {
            return;
        }
        let present = self.out.chars().rev().take(wanted).take_while(|c| *c == '\n').count();
        (present..wanted).for_each(|_| self.out.push('\n'));
    }

    fn text(&mut self, text: &str) {
        if self.preformatted {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.line();
                }
                self.word(line);
            }
            return;
        }
        let mut pieces = text.split([' ', '\t', '\r', '\n']).peekable();
        while let Some(piece) = pieces.next() {
            self.word(piece);
            self.space |= pieces.peek().is_some();
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if self.out.is_empty() || self.out.ends_with('\n') {
            (0..self.quotes).for_each(|_| self.out.push_str("> "));
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
        decode(&mut self.out, word);
    }
}

/// What follows the end tag of an element; none when it has no end tag.
fn after_closing<'h>(rest: &'h str, name: &str) -> Option<&'h str> {
    let mut from = 0;
    while let Some(found) = rest[from..].find("</") {
        let tag = &rest[from + found + 2..];
        let is_it = tag.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        if is_it && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Some(tag.find('>').map_or("", |end| &tag[end + 1..]));
        }
        from += found + 2;
    }
    None
}

/// Appends a word, with its entities (`&euro;`, `&#235;`) decoded.
fn decode(out: &mut String, word: &str) {
    let mut rest = word;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        // The longest entity of HTML has 33 characters; without a limit, many `&` in a long text would take quadratic time.
        let end = rest.bytes().take(40).position(|byte| byte == b';');
        let (entity, behind) = rest.split_at(end.map_or(1, |end| end + 1));
        add_html_token(out, entity.as_bytes(), false);
        rest = behind;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_is_written_in() {
        for (page, charset) in [
            ("<html><head><META charset=\"ISO-8859-2\"></head>", Some("iso-8859-2")),
            ("<meta http-equiv='Content-Type' content='text/html; charset = koi8-r'>", Some("koi8-r")),
            ("<?xml version=\"1.0\" encoding='windows-1252'?><html>", Some("windows-1252")),
            ("<meta name=x><meta charset=utf-8 />", Some("utf-8")),
            ("<p>charset=koi8-r</p>", None),
            ("<meta charset=\"\">", None),
            ("", None),
        ] {
            assert_eq!(super::charset(page.as_bytes()).as_deref(), charset, "{page}");
        }
    }

    #[test]
    fn a_page_is_read_in_what_it_says_when_its_header_says_nothing() {
        let page = |head: &str, bytes: &[u8]| {
            let raw =
                [b"Subject: x\nContent-Type: text/html", head.as_bytes(), b"\n\n<meta charset=iso-8859-2><p>", bytes, b"</p>\n"].concat();
            super::super::parse(&raw).text
        };
        assert_eq!(page("", b"Za\xbf\xf3\xb3\xe6"), "Zażółć");
        assert_eq!(page("", "Zażółć".as_bytes()), "Zażółć", "whatever it says");
        assert_eq!(page("; charset=iso-8859-1", b"caf\xe9"), "café", "the header comes first");
    }

    #[test]
    fn html_reads_as_it_looks() {
        for (html, text) in [
            ("", ""),
            ("kaal", "kaal"),
            ("<p>Een</p><p>Twee</p>", "Een\n\nTwee\n\n"),
            ("<div>Een</div><div>Twee</div>", "Een\nTwee\n"),
            ("Een<br>Twee<br/>\n Drie", "Een\nTwee\nDrie"),
            ("<b>vet</b>ter en\n <i>schuin</i>", "vetter en schuin"),
            ("<head><title>x</title></head><STYLE>p{}</STYLE><body>Hallo</body>", "Hallo\n"),
            ("<script>if (a < b) {}</script>Na", "Na"),
            ("<script>zonder einde", "zonder einde"),
            ("<!-- a > b -->Zichtbaar", "Zichtbaar"),
            ("a &lt; b &amp; c &euro; 5 &#235; &onzin; & zo", "a < b & c € 5 ë &onzin; & zo"),
            ("3 < 4", "3 < 4"),
            ("<ul><li>een</li><li>twee</li></ul>", "- een\n- twee\n\n"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b\n"),
            ("Mijn antwoord<blockquote>oud<br>ouder</blockquote>", "Mijn antwoord\n> oud\n> ouder\n"),
            ("<pre>a  b\n c</pre>", "a  b\n c\n"),
            ("open <b", "open "),
            ("<", "<"),
        ] {
            assert_eq!(to_text(html).trim_end_matches(' '), text.trim_end_matches(' '), "{html}");
        }
    }
}
