//! A small mail server that can be told to hang, to break off, and to number messages anew, which no real one does when asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uurwerk::settings::Imap;

/// What its mailbox holds, and what it was asked.
#[derive(Default)]
pub struct State {
    pub numbering: u32,
    pub messages: Vec<(u32, String)>,
    /// Each without its tag.
    pub commands: Vec<String>,
}

/// How it answers a command.
pub enum Says {
    /// As a server that works.
    Truth,
    /// Something else first.
    First(&'static str),
    /// Part of the answer and then nothing, for as long as the connection lasts.
    Half,
    /// Nothing; the connection ends.
    Nothing,
}

pub struct Liar {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Liar {
    /// Holds these mails, numbered from 1.
    pub fn start(mails: &[String], lie: impl Fn(&str, &mut State) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let messages = (1..).zip(mails.iter().cloned()).collect();
        let state = Arc::new(Mutex::new(State { numbering: 7, messages, commands: Vec::new() }));
        let (shared, lie) = (state.clone(), Arc::new(lie));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, lie) = (shared.clone(), lie.clone());
                std::thread::spawn(move || drop(serve(&stream, &state, &*lie)));
            }
        });
        Self { port, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn imap(&self) -> Imap {
        super::dovecot::imap(&format!("host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nusername = \"desk\"\n", self.port))
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>, lie: &impl Fn(&str, &mut State) -> Says) -> std::io::Result<()> {
    let (mut out, mut lines) = (stream, BufReader::new(stream).lines());
    out.write_all(b"* OK hello\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
        let (said, truth) = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.commands.push(command.to_owned());
            let said = lie(command, &mut state);
            let truth = if matches!(said, Says::Nothing) { String::new() } else { answer(command, &mut state, matches!(said, Says::Half)) };
            (said, truth)
        };
        // It does not know PLAIN, as some old servers.
        let end = if command.starts_with("AUTHENTICATE") { "BAD what" } else { "OK done" };
        match said {
            Says::Truth => out.write_all(format!("{truth}{tag} {end}\r\n").as_bytes())?,
            Says::First(first) => out.write_all(format!("{first}{truth}{tag} {end}\r\n").as_bytes())?,
            Says::Half => {
                out.write_all(&truth.as_bytes()[..truth.len() / 2])?;
                out.flush()?;
                // Until the other side has had enough.
                for _ in lines.by_ref().take_while(Result::is_ok) {}
                return Ok(());
            }
            Says::Nothing => return Ok(()),
        }
    }
    Ok(())
}

fn answer(command: &str, state: &mut State, is_half: bool) -> String {
    let words: Vec<_> = command.split(' ').collect();
    let number = words.get(2).and_then(|word| word.parse::<u32>().ok()).unwrap_or_default();
    let asked = state.messages.iter().position(|(one, _)| *one == number);
    match (&words[..], asked) {
        (["CAPABILITY", ..], _) => "* CAPABILITY IMAP4rev1 MOVE\r\n".to_owned(),
        (["LIST", ..], _) => "* LIST () \"/\" \"Verwerkt\"\r\n".to_owned(),
        (["SELECT", ..], _) => format!("* {} EXISTS\r\n* OK [UIDVALIDITY {}] valid\r\n", state.messages.len(), state.numbering),
        (["UID", "SEARCH", ..], _) => {
            let numbers: Vec<_> = state.messages.iter().map(|(number, _)| format!(" {number}")).collect();
            format!("* SEARCH{}\r\n", numbers.concat())
        }
        (["UID", "FETCH", .., "RFC822.SIZE)"], Some(at)) => {
            format!("* {} FETCH (UID {number} RFC822.SIZE {})\r\n", at + 1, state.messages[at].1.len())
        }
        (["UID", "FETCH", ..], Some(at)) => {
            let mail = &state.messages[at].1;
            format!("* {} FETCH (UID {number} BODY[] {{{}}}\r\n{mail})\r\n", at + 1, mail.len())
        }
        (["UID", "MOVE", ..], Some(at)) if !is_half => {
            state.messages.remove(at);
            format!("* {} EXPUNGE\r\n", at + 1)
        }
        _ => String::new(),
    }
}
