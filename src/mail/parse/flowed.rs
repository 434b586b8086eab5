//! Text whose lines were broken by the program that wrote it (`format=flowed`, RFC 3676), joined to paragraphs again.

use mail_parser::{MessagePart, MimeHeaders};

use super::quotes::SIGNATURE;

/// Levels of quotation that are kept; deeper ones get the same mark.
const QUOTE_CAP: usize = 10;

/// None when the part is not flowed.
pub(super) fn joined(part: &MessagePart<'_>, text: &str) -> Option<String> {
    let kind = part.content_type()?;
    let is = |name: &str, value: &str| kind.attribute(name).is_some_and(|it| it.trim().eq_ignore_ascii_case(value));
    is("format", "flowed").then(|| paragraphs(text, is("delsp", "yes")))
}

fn paragraphs(text: &str, deletes_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // How deep the paragraph is quoted that the next line may go on with.
    let mut open: Option<usize> = None;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == SIGNATURE;
        // A quotation within one, by a program that knows nothing of this: its lines are as they were.
        let is_quoted = content.starts_with('>');
        if open != Some(depth) || is_signature || is_quoted {
            // A paragraph that nothing goes on with ends where the next begins.
            if open.is_some() {
                out.push('\n');
            }
            out.push_str(&">".repeat(depth.min(QUOTE_CAP)));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        let flows = content.ends_with(' ') && !is_signature && !is_quoted;
        out.push_str(content.strip_suffix(' ').filter(|_| flows && deletes_space).unwrap_or(content));
        open = flows.then_some(depth);
        if !flows {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_flow_are_one_paragraph() {
        for (text, delsp, read) in [
            ("Een lange zin die \nverder gaat.\nNieuw.", false, "Een lange zin die verder gaat.\nNieuw."),
            ("Een woord dat ver \nder gaat.", true, "Een woord dat verder gaat."),
            (" From hier\n > geen aanhaling\n  twee", false, "From hier\n> geen aanhaling\n twee"),
            ("> oud \n> ouder\n>> oudst \n> weer", false, "> oud ouder\n>> oudst \n> weer"),
            ("Antwoord \n> vraag", false, "Antwoord \n> vraag"),
            ("Groet \n-- \nJan \nJansen", false, "Groet \n-- \nJan Jansen"),
            (">> > \n>> > vraag", false, ">> > \n>> > vraag"),
            ("a\n\nb", false, "a\n\nb"),
            ("eind ", false, "eind "),
            ("", false, ""),
        ] {
            assert_eq!(paragraphs(text, delsp).trim_end_matches('\n'), read, "{text}");
            assert_eq!(paragraphs(&text.replace('\n', "\r\n"), delsp).trim_end_matches('\n'), read, "{text}");
        }
    }

    #[test]
    fn quotations_are_found_behind_the_joined_lines() {
        let raw = "Subject: x\nContent-Type: text/plain; format=flowed\n\nHet \nwerkt.\n\nOp ma 5 jan 2026 om 10:15 schreef Jan \n\
                   <jan@example.nl>:\n> Werkt \n> het?\n-- \nAnna\n";
        let read = super::super::parse(raw.as_bytes());
        assert_eq!(read.reply_text, "Het werkt.\n\n[…]");
        assert!(read.text.ends_with("> Werkt het?\n-- \nAnna"), "{}", read.text);
    }
}
