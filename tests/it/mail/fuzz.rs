//! Mails that nobody wrote: the corpus, cut, spliced and filled with what readers of mail stumble over. Nothing of it stops the reading, and what is
//! read of it can be judged.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use uurwerk::mail::parse::{Parsed, attachment_contents, parse};
use uurwerk::mail::triage::{TicketMatch, TriageInput, decide};

const TOKENS: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\0",
    "\u{feff}",
    "\u{fffd}",
    "--",
    "--b",
    "--b--",
    "=",
    "=\r\n",
    "=3D",
    "=?utf-8?q?",
    "=?utf-8?b?4pyT?=",
    "?=",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: message/delivery-status\r\n",
    "Content-Type: text/html; charset=utf-7\r\n",
    "Content-Type: text/plain; charset=\"x-onbekend\"; format=flowed; delsp=yes\r\n",
    "Content-Type: application/ms-tnef; name=winmail.dat\r\n",
    "Content-Type: text/calendar; method=REQUEST\r\n",
    "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Disposition: attachment; filename*0*=utf-8''%e2%9c\r\n",
    "begin 644 a.txt\n",
    "\nend\n",
    "`\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:",
    "\u{78}\u{9f}\u{3e}\u{22}",
    "+AGE-",
    "<meta charset=",
    "<style>",
    "<!--",
    "&#x110000;",
    "From: a@b, c@d\r\n",
    "From: =?utf-8?q?a=40b?= <>\r\n",
    "Message-ID: <a@b>\r\n",
    "References: <a@b> <c@d\r\n",
    "In-Reply-To: ",
    "Subject: Re: [INC-1001] ",
    "Auto-Submitted: auto-replied\r\n",
    "Return-Path: <>\r\n",
    "List-Id: x\r\n",
    "> ",
    "Op ma 2 mrt 2026 om 09:00 schreef Anna:\n",
    "-- \n",
    "________________\n",
    "Van: ",
    "-----Oorspronkelijk bericht-----\n",
    "(((((",
    "))",
    "\"",
    "\\",
    "<<",
    ">>",
    ";;;;",
    "%00",
    "\u{202e}",
    "\t",
    " ",
];

/// Numbers that look random and are the same for a seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap_or_default()
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (one, other) = (self.below(length + 1), self.below(length + 1));
        one.min(other)..one.max(other)
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("a corpus").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a mail")).collect()
}

fn spoilt(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut mail = corpus[chance.below(corpus.len())].clone();
    for _ in 0..=chance.below(8) {
        let place = chance.below(mail.len() + 1);
        match chance.below(8) {
            0 if !mail.is_empty() => {
                let place = place.min(mail.len() - 1);
                mail[place] ^= 1 << chance.below(8);
            }
            1 => drop(mail.drain(chance.range(mail.len()))),
            2 => {
                let piece = mail[chance.range(mail.len())].to_vec();
                mail.splice(place..place, piece);
            }
            3 => {
                let other = &corpus[chance.below(corpus.len())];
                let piece = other[chance.range(other.len())].to_vec();
                mail.splice(place..place, piece);
            }
            4 => {
                let token = TOKENS[chance.below(TOKENS.len())].repeat(1 << chance.below(9));
                mail.splice(place..place, token.into_bytes());
            }
            5 => {
                let bytes: Vec<_> = (0..chance.below(300)).map(|_| u8::try_from(chance.below(256)).unwrap_or_default()).collect();
                mail.splice(place..place, bytes);
            }
            _ => {
                let token = TOKENS[chance.below(TOKENS.len())].as_bytes();
                mail.splice(place..place, token.iter().copied());
            }
        }
    }
    mail
}

thread_local! {
    /// Whether something of ours panicked in this thread: the reading catches that and goes on. Where the library does, the headers are read.
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// What is wrong with how a mail was read; where there is a `patience`, that it took longer, too.
fn fault(raw: &[u8], patience: Option<Duration>) -> Option<String> {
    PANICKED.set(false);
    let begun = Instant::now();
    let mail = parse(raw);
    let contents = attachment_contents(raw);
    let decision = decide(input(&mail, raw.len()));
    let sizes: Vec<_> = contents.iter().map(Vec::len).collect();
    let listed: Vec<_> = mail.attachments.iter().map(|one| one.size).collect();
    if PANICKED.get() {
        Some("something panicked".to_owned())
    } else if sizes != listed {
        Some(format!("attachments of {listed:?} bytes have {sizes:?}"))
    } else if mail.text.len() > uurwerk::mail::parse::TEXT_CAP || mail.reply_text.len() > mail.text.len() + 1000 {
        Some(format!("{} bytes of text, {} of an answer", mail.text.len(), mail.reply_text.len()))
    } else if decision.acknowledge && !mail.may_be_acknowledged() {
        Some("a machine is answered".to_owned())
    } else {
        patience.filter(|patience| begun.elapsed() > *patience).map(|_| format!("it took {:?}", begun.elapsed()))
    }
}

fn input(mail: &Parsed, size: usize) -> TriageInput<'_, u8> {
    TriageInput {
        mail,
        size: size as u64,
        size_cap: 25 << 20,
        is_duplicate: false,
        bounced: None,
        by_token: None,
        by_ancestor: Some(TicketMatch { ticket: 1, is_theirs: size.is_multiple_of(2), is_closed: size.is_multiple_of(3) }),
        by_tag: None,
        unattributed: None,
        forged: None,
        is_alert: size.is_multiple_of(5),
        is_stranger: size.is_multiple_of(7),
    }
}

/// Reads spoilt mails while more are asked for; the first that is not read as it should be is kept and named.
fn tries(seed: u64, patience: Option<Duration>, goes_on: impl Fn(usize) -> bool) -> usize {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |what| {
        if what.location().is_none_or(|place| !place.file().contains("mail-parser")) {
            PANICKED.set(true);
            before(what);
        }
    }));
    let (corpus, mut chance, mut read) = (corpus(), Chance(seed | 1), 0);
    while goes_on(read) {
        let mail = spoilt(&corpus, &mut chance);
        if let Some(wrong) = fault(&mail, patience) {
            let kept = std::env::temp_dir().join(format!("uurwerk-fuzz-{seed}-{read}.eml"));
            std::fs::write(&kept, &mail).expect("a file");
            panic!("seed {seed}, mail {read}: {wrong}; it is in {}", kept.display());
        }
        read += 1;
    }
    read
}

#[test]
fn no_spoilt_mail_stops_the_reading() {
    assert_eq!(tries(2026, None, |read| read < 3000), 3000);
}

/// Ten minutes, or as many as `UURWERK_FUZZ_MINUTES` says; a seed is printed, by which it is repeated (`UURWERK_FUZZ_SEED`).
#[test]
#[ignore = "minutes: part of make proof"]
fn ten_minutes_of_spoilt_mails_stop_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("UURWERK_FUZZ_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    let end = Instant::now() + Duration::from_secs(60 * number("UURWERK_FUZZ_MINUTES").unwrap_or(10));
    println!("UURWERK_FUZZ_SEED={seed}");
    println!("{} mails were read", tries(seed, Some(Duration::from_secs(20)), |_| Instant::now() < end));
}
