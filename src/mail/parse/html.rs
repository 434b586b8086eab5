//! Turns HTML into the text a reader would see: blocks on their own lines, quotations marked with `>`, links with where they lead, pictures by what
//! they say instead, no scripts and styles and nothing that is hidden.
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

/// Elements that hold nothing, so that nothing ends them.
const EMPTY: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "wbr"];
/// Characters of what a picture says instead that are shown; a longer one was made by a program.
const PICTURE_CAP: usize = 100;
/// Bytes of an address that are shown.
const ADDRESS_CAP: usize = 2000;
/// Entities that browsers read without their semicolon.
const LOOSE: [(&str, &str); 5] = [("&nbsp", " "), ("&amp", "&"), ("&lt", "<"), ("&gt", ">"), ("&quot", "\"")];

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
    /// The open link: its address, and where its text begins.
    link: Option<(String, usize)>,
    /// What is known to have no end in the rest of the page, so that each is searched for once.
    unended: Vec<String>,
}

impl Page {
    /// Reads the comment or tag at the start of `rest`, and returns what follows it.
    fn markup<'h>(&mut self, rest: &'h str) -> &'h str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            let at_once = ["->", ">"].iter().find_map(|end| comment.strip_prefix(end));
            return at_once.or_else(|| self.behind("<!--", || after_any(comment, &["-->", "--!>"]))).unwrap_or(comment);
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            // A plain `<` in the text, as in `3 < 4`.
            self.text("<");
            return &rest[1..];
        }
        let quoted = self.behind("a quoted value", || after_tag(rest));
        let Some(behind) = quoted.or_else(|| after_any(rest, &[">"])) else { return "" };
        let inside = &rest[1..rest.len() - behind.len() - 1];
        let closes = inside.starts_with('/');
        let name: String = inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        let opens = !closes && !inside.ends_with('/');
        let attributes = if closes { Vec::new() } else { attributes(&inside[name.len()..]) };
        if opens && (HIDDEN.contains(&name.as_str()) || !EMPTY.contains(&name.as_str()) && is_hidden(&attributes)) {
            // One that is not ended counts as empty: better a script in the text than a lost message.
            return self.behind(&name, || after_closing(behind, &name)).unwrap_or(behind);
        }
        self.tag(&name, closes, &attributes);
        behind
    }

    /// What `find` finds, unless it was looked for in vain before.
    fn behind<'h>(&mut self, what: &str, find: impl FnOnce() -> Option<&'h str>) -> Option<&'h str> {
        if self.unended.iter().any(|known| known == what) {
            return None;
        }
        let found = find();
        if found.is_none() {
            self.unended.push(what.to_owned());
        }
        found
    }

    fn tag(&mut self, name: &str, closes: bool, attributes: &[(String, String)]) {
        match name {
            "br" => self.line(),
            "td" | "th" => self.space = true,
            _ if PARAGRAPHS.contains(&name) => self.lines(2),
            _ if BLOCKS.contains(&name) => self.lines(1),
            _ => {}
        }
        let value = |name: &str| attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
        match (name, closes) {
            ("blockquote", false) => self.quotes = (self.quotes + 1).min(QUOTE_CAP),
            ("blockquote", true) => self.quotes = self.quotes.saturating_sub(1),
            ("pre", _) => self.preformatted = !closes,
            ("li", false) => {
                self.word("-");
                self.space = true;
            }
            ("a", false) => self.link = Some((value("href").to_owned(), self.out.len())),
            ("a", true) => self.link_ends(),
            ("img", false) => self.picture(value("alt")),
            _ => {}
        }
    }

    /// Says where a link leads, unless its text does, or it has none.
    fn link_ends(&mut self) {
        let Some((address, begin)) = self.link.take() else { return };
        let mut decoded = String::new();
        decode(&mut decoded, &address);
        let is_web =
            ["http://", "https://"].iter().any(|scheme| decoded.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)));
        let bare = |text: &str| {
            let text = text.trim().trim_end_matches('/').to_lowercase();
            let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
            text.strip_prefix("www.").unwrap_or(text).to_owned()
        };
        let text = self.out.get(begin..).unwrap_or_default().trim();
        let is_plain = decoded.len() <= ADDRESS_CAP && !decoded.contains(|c: char| c.is_whitespace() || c.is_control());
        if is_web && is_plain && !text.is_empty() && bare(text) != bare(&decoded) {
            self.out.truncate(self.out.trim_end_matches('\n').len());
            self.out.extend([" <", &decoded, ">"]);
        }
    }

    /// A picture that is a sign stands as that sign.
    fn picture(&mut self, instead: &str) {
        let mut decoded = String::new();
        decode(&mut decoded, instead);
        let words: Vec<_> = decoded.split_whitespace().collect();
        let words = words.join(" ");
        if words.is_empty() || words.chars().count() > PICTURE_CAP {
            return;
        }
        let is_sign = !words.contains(|c: char| c.is_ascii_alphanumeric());
        self.place();
        let [open, close] = if is_sign { ["", ""] } else { ["[", "]"] };
        self.out.extend([open, &words, close]);
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
        self.place();
        decode(&mut self.out, word);
    }

    /// What stands before the next word.
    fn place(&mut self) {
        if self.out.is_empty() || self.out.ends_with('\n') {
            (0..self.quotes).for_each(|_| self.out.push_str("> "));
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
    }
}

/// What follows the first of some marks.
fn after_any<'h>(rest: &'h str, marks: &[&str]) -> Option<&'h str> {
    let mut first: Option<(usize, usize)> = None;
    for mark in marks {
        // No further than the one that was found, so that what is near is found at its own cost.
        let near = &rest[..first.map_or(rest.len(), |(at, _)| at)];
        first = near.find(mark).map(|at| (at, mark.len())).or(first);
    }
    first.map(|(at, length)| &rest[at + length..])
}

/// What follows the tag that `rest` begins with; a `>` in a quoted value does not end it.
fn after_tag(rest: &str) -> Option<&str> {
    let (mut quote, mut before) = (None, b'<');
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(&rest[at + 1..]),
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// The attributes of a tag, from behind its name: their names in lower case, their values with their entities as they are.
fn attributes(inside: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = inside;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let Some(first) = rest.chars().next() else { return found };
        let end = rest[first.len_utf8()..]
            .find(|c: char| c.is_ascii_whitespace() || "=/".contains(c))
            .map_or(rest.len(), |end| end + first.len_utf8());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start_matches(|c: char| c.is_ascii_whitespace());
            let quote = behind.chars().next().filter(|quote| "\"'".contains(*quote));
            (value, rest) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => behind.split_at(behind.find(|c: char| c.is_ascii_whitespace()).unwrap_or(behind.len())),
            };
        }
        found.push((name, value.to_owned()));
    }
}

/// Whether an element is not shown.
fn is_hidden(attributes: &[(String, String)]) -> bool {
    attributes.iter().any(|(name, value)| match name.as_str() {
        "hidden" => true,
        "style" => {
            let style: String = value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
            // Of several, the last counts.
            let last = |name: &str| {
                style.rsplit(';').find_map(|one| one.split_once(':').filter(|(named, _)| *named == name)).map(|(_, value)| value)
            };
            let says = |name: &str, hides: &str| last(name).is_some_and(|value| value.split('!').next() == Some(hides));
            says("display", "none") || says("visibility", "hidden") || says("mso-hide", "all")
        }
        _ => false,
    })
}

/// What follows the end of an element, with those of its name in it; none when it is not ended.
fn after_closing<'h>(rest: &'h str, name: &str) -> Option<&'h str> {
    let (mut from, mut open) = (0, 1_usize);
    while let Some(found) = rest[from..].find('<') {
        let tag = &rest[from + found + 1..];
        let closes = tag.starts_with('/');
        let named = tag.strip_prefix('/').unwrap_or(tag);
        let is_it = named.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        if is_it && !named[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
            // A script may write of itself, and holds none.
            open = if closes {
                open - 1
            } else if HIDDEN.contains(&name) {
                open
            } else {
                open + 1
            };
            if open == 0 {
                return Some(tag.find('>').map_or("", |end| &tag[end + 1..]));
            }
        }
        from += found + 1;
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
        let loose =
            LOOSE.iter().find(|(name, _)| rest.starts_with(name) && !rest[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()));
        if let Some((name, sign)) = loose {
            out.push_str(sign);
            rest = &rest[name.len()..];
            rest = rest.strip_prefix(';').unwrap_or(rest);
            continue;
        }
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
            ("<!-- a > b -->Zichtbaar<!-->Ook<!-- zonder einde", "ZichtbaarOok zonder einde"),
            ("<a title='a > b' href=\"https://ipo.example/a?b=1&amp;c=2\">Zie hier</a>.", "Zie hier <https://ipo.example/a?b=1&c=2>."),
            ("<a href=https://www.ipo.example/>ipo.example</a> <a href='mailto:a@ipo.example'>Anna</a>", "ipo.example Anna"),
            ("<a href='javascript:x()'>Klik</a> <a href='https://x.example'></a>", "Klik"),
            ("Dank <img alt='😀'> <img alt=Logo src=x> <img alt=\"\">", "Dank 😀 [Logo]"),
            ("<div style='Display: none'>weg<div>weg</div>weg</div>Er<p hidden>weg</p><span style=color:red>staat</span>", "Erstaat"),
            ("<p style='display:none;color:red;DISPLAY:block'>Er</p><p style='display:block;display:none!important'>weg</p>", "Er\n\n"),
            ("<div style='display:none'>zonder einde", "zonder einde"),
            ("<a title='open>tekst <b>vet</b>", "tekst vet"),
            ("a&nbsp;b&nbsp c &ampx &lt;", "a b  c &ampx <"),
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
