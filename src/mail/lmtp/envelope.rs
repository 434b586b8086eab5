//! Who sends a message, and to which mailboxes.

use std::borrow::Cow;
use std::fmt::Write as _;

use smtp_proto::Request;

use super::Post;

/// Recipients of one message.
const MOST: usize = 100;

#[derive(Debug, Default)]
pub struct Envelope {
    is_greeted: bool,
    sender: Option<String>,
    /// The names of mailboxes. One that is named by two addresses stands here twice, since each is answered.
    mailboxes: Vec<String>,
}

/// What comes after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Command,
    Message,
    End,
}

impl Envelope {
    /// Answers a command.
    pub fn hears(&mut self, request: &Request<Cow<'_, str>>, post: &Post, answers: &mut String) -> Next {
        let answer = match request {
            Request::Lhlo { .. } => {
                *self = Self { is_greeted: true, ..Self::default() };
                let size = post.size_cap;
                write!(answers, "250-uurwerk\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n").ok();
                write!(answers, "250 SIZE {size}\r\n").ok();
                return Next::Command;
            }
            // RFC 2033, section 4.1: so that nobody takes this for SMTP, where one answer is for all recipients.
            Request::Ehlo { .. } | Request::Helo { .. } => "500 5.5.1 this is LMTP: say LHLO",
            Request::Mail { .. } if !self.is_greeted => "503 5.5.1 say LHLO first",
            Request::Mail { .. } if self.sender.is_some() => "503 5.5.1 one message at a time",
            Request::Mail { from } if from.size > post.size_cap => "552 5.3.4 the message is too large",
            Request::Mail { from } => {
                self.sender = Some(from.address.to_string());
                "250 2.1.0 go on"
            }
            Request::Rcpt { .. } if self.sender.is_none() => "503 5.5.1 say MAIL first",
            Request::Rcpt { .. } if self.mailboxes.len() >= MOST => "452 4.5.3 too many recipients for one message",
            Request::Rcpt { to } => match post.mailboxes.get(&to.address.to_lowercase()) {
                Some(mailbox) => {
                    self.mailboxes.push(mailbox.clone());
                    "250 2.1.5 go on"
                }
                None => "550 5.1.1 there is no such mailbox",
            },
            Request::Data if self.mailboxes.is_empty() => "503 5.5.1 it is for nobody",
            Request::Data => {
                answers.push_str("354 go on, and end with a dot\r\n");
                return Next::Message;
            }
            Request::Rset => {
                self.clear();
                "250 2.0.0 forgotten"
            }
            Request::Noop { .. } => "250 2.0.0 fine",
            Request::Vrfy { .. } => "252 2.5.2 try it",
            Request::Quit => {
                answers.push_str("221 2.0.0 goodbye\r\n");
                return Next::End;
            }
            _ => "502 5.5.1 that is not done here",
        };
        answers.push_str(answer);
        answers.push_str("\r\n");
        Next::Command
    }

    /// The message as the desk keeps it, and for which mailboxes. Whoever delivers last notes the sender on it (RFC 5321, section 4.4): that
    /// of a bounce is none, and by that it is known.
    pub fn sealed(&mut self, message: Vec<u8>) -> (Vec<u8>, Vec<String>) {
        let (sender, mailboxes) = (self.sender.take().unwrap_or_default(), std::mem::take(&mut self.mailboxes));
        let mut raw = format!("Return-Path: <{sender}>\r\n").into_bytes();
        raw.extend(message);
        (raw, mailboxes)
    }

    fn clear(&mut self) {
        (self.sender, self.mailboxes) = (None, Vec::new());
    }
}
