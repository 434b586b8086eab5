//! Mail brought by a mail server on the same machine, by LMTP (RFC 2033): a conversation in which each recipient is answered for itself.
//!
//! Every recipient is a mailbox of the settings. A message counts as delivered once it is committed; until then, whoever brings it keeps it
//! and comes back. Deliberately absent: logins and TLS, for a place that only this machine reaches; and `jobs::lmtp`, which listens.

mod envelope;

use std::collections::BTreeMap;
use std::io;
use std::slice::Iter;
use std::time::Duration;

use bytes::Bytes;
use smtp_proto::Error as Misheard;
use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver, RequestReceiver};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use envelope::{Envelope, Next};

/// How long the other side may say nothing (RFC 5321, section 4.5.3.2.7).
const PATIENCE: Duration = Duration::from_mins(5);
/// Bytes that are read at once.
const PIECE: usize = 32 * 1024;

/// To whom mail can come, and how much of it.
#[derive(Debug, Clone)]
pub struct Post {
    /// The names of mailboxes, by their addresses in lower case.
    pub mailboxes: BTreeMap<String, String>,
    /// Bytes of the largest message.
    pub size_cap: usize,
}

/// What became of a message for one mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// It is committed, whatever became of it.
    Kept,
    /// It could not be stored.
    NotNow,
}

/// What is coming after DATA.
enum Coming {
    Message(DataReceiver, Vec<u8>),
    /// What is beyond the cap, which is read and forgotten.
    TooMuch(DummyDataReceiver),
}

/// Talks until the other side has had enough, or until the desk stops.
pub async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut line: S,
    post: &Post,
    deliver: impl AsyncFn(&str, Bytes) -> Delivered,
    stopped: impl AsyncFn(),
) -> io::Result<()> {
    let mut talk = Talk { post, commands: RequestReceiver::default(), envelope: Envelope::default(), coming: None };
    let mut piece = vec![0; PIECE];
    say(&mut line, "220 uurwerk LMTP\r\n").await?;
    loop {
        let read = tokio::select! {
            read = tokio::time::timeout(PATIENCE, line.read(&mut piece)) => read,
            () = stopped() => return say(&mut line, "421 4.3.2 the desk is stopping\r\n").await,
        };
        let Ok(read) = read else { return say(&mut line, "421 4.4.2 nothing was said for too long\r\n").await };
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let (answers, is_over) = talk.hears(&mut piece[..read].iter(), &deliver).await;
        say(&mut line, &answers).await?;
        if is_over {
            return line.shutdown().await;
        }
    }
}

/// Says something to whoever listens in time.
async fn say(line: &mut (impl AsyncWrite + Unpin), words: &str) -> io::Result<()> {
    tokio::time::timeout(PATIENCE, line.write_all(words.as_bytes())).await?
}

struct Talk<'a> {
    post: &'a Post,
    commands: RequestReceiver,
    envelope: Envelope,
    coming: Option<Coming>,
}

impl Talk<'_> {
    /// The answers to what was said, and whether that was the end.
    async fn hears(&mut self, said: &mut Iter<'_, u8>, deliver: &impl AsyncFn(&str, Bytes) -> Delivered) -> (String, bool) {
        let mut answers = String::new();
        while !said.as_slice().is_empty() {
            match self.coming.take() {
                Some(coming) => self.takes(coming, said, deliver, &mut answers).await,
                None => match self.commands.ingest(said) {
                    Ok(request) => match self.envelope.hears(&request, self.post, &mut answers) {
                        Next::Command => {}
                        Next::Message => self.coming = Some(Coming::Message(DataReceiver::new(), Vec::new())),
                        Next::End => return (answers, true),
                    },
                    Err(Misheard::NeedsMoreData { .. }) => break,
                    Err(Misheard::UnknownCommand | Misheard::InvalidResponse { .. }) => answers.push_str("500 5.5.2 what?\r\n"),
                    Err(Misheard::ResponseTooLong) => answers.push_str("500 5.5.6 the line is too long\r\n"),
                    Err(_) => answers.push_str("501 5.5.4 that cannot be read\r\n"),
                },
            }
        }
        (answers, false)
    }

    /// More of a message; when it is whole, it is delivered to each recipient.
    async fn takes(
        &mut self,
        coming: Coming,
        said: &mut Iter<'_, u8>,
        deliver: &impl AsyncFn(&str, Bytes) -> Delivered,
        answers: &mut String,
    ) {
        match coming {
            Coming::Message(mut receiver, mut message) => {
                let is_whole = receiver.ingest(said, &mut message);
                let is_too_large = message.len() > self.post.size_cap;
                if !is_whole {
                    self.coming = Some(if is_too_large {
                        Coming::TooMuch(DummyDataReceiver::new_data(&receiver))
                    } else {
                        Coming::Message(receiver, message)
                    });
                } else if is_too_large {
                    self.refuses(answers);
                } else {
                    let (raw, mailboxes) = self.envelope.sealed(message);
                    let raw = Bytes::from(raw);
                    for mailbox in mailboxes {
                        answers.push_str(match deliver(&mailbox, raw.clone()).await {
                            Delivered::Kept => "250 2.0.0 the desk has it\r\n",
                            Delivered::NotNow => "451 4.3.0 the desk cannot store it now\r\n",
                        });
                    }
                }
            }
            Coming::TooMuch(mut receiver) => {
                if receiver.ingest(said) {
                    self.refuses(answers);
                } else {
                    self.coming = Some(Coming::TooMuch(receiver));
                }
            }
        }
    }

    fn refuses(&mut self, answers: &mut String) {
        let (_nothing, mailboxes) = self.envelope.sealed(Vec::new());
        answers.push_str(&"552 5.3.4 the message is too large\r\n".repeat(mailboxes.len()));
    }
}
