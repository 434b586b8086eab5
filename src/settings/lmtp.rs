//! `[lmtp]`: where a mail server on the same machine brings mail.

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::unless_empty;

/// What stands before the path of a socket.
const UNIX: &str = "unix:";

/// `[lmtp]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lmtp {
    /// `unix:PATH`, or a loopback address with a port: whoever can connect can bring mail. Nowhere when absent.
    #[serde(default, deserialize_with = "unless_empty")]
    pub listen: Option<String>,
}

/// Where it is listened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LmtpPlace<'a> {
    Socket(&'a Path),
    Loopback(SocketAddr),
}

impl Lmtp {
    /// `None` when it is not listened anywhere, or when that cannot be.
    pub fn place(&self) -> Option<LmtpPlace<'_>> {
        let listen = self.listen.as_deref()?;
        match listen.strip_prefix(UNIX) {
            Some(path) => (!path.is_empty()).then(|| LmtpPlace::Socket(Path::new(path))),
            None => listen.parse::<SocketAddr>().ok().filter(|address| address.ip().is_loopback()).map(LmtpPlace::Loopback),
        }
    }

    /// What can be read but cannot work.
    pub(super) fn wrong(&self) -> Option<(String, String)> {
        let is_wrong = self.listen.is_some() && self.place().is_none();
        is_wrong
            .then(|| ("lmtp.listen".to_owned(), "must be unix:PATH or a loopback address with a port, such as 127.0.0.1:2424".to_owned()))
    }
}
