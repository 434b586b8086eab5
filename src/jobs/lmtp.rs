//! Listens where a mail server on this machine brings mail (`[lmtp]`), and takes in what it brings.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::failure_log::FailureLog;
use super::intake::take_in;
use super::wakeups;
use crate::app::App;
use crate::mail::lmtp::{Delivered, Post, converse};
use crate::mail::send::address_of;
use crate::settings::LmtpPlace;
use crate::usecases::Error;
use crate::usecases::inbound::{self, SIZE_CAP};

/// How soon it is tried again to listen: another process of the desk may do so, and end.
const AGAIN: Duration = Duration::from_secs(5);
/// Conversations at once, each of which may hold a message.
const MOST: usize = 20;
/// How long those may still take once the program is asked to stop.
const LAST: Duration = Duration::from_secs(5);

/// Listens until the program is asked to stop.
pub async fn run(app: &App) {
    let Some(place) = app.settings.lmtp.place() else { return };
    let mut failures = FailureLog::of("listening for mail by LMTP");
    while !app.is_stopping() {
        let served = match Door::open(place).await {
            Ok(door) => {
                failures.note(&Ok(()));
                serve(app, &door).await
            }
            Err(error) => Err(error),
        };
        failures.note(&served.map_err(|error| Error::Unavailable(error.to_string())));
        if !wakeups::sleep(app, AGAIN).await {
            return;
        }
    }
}

/// Talks to whoever comes; on stopping, until everybody was told or does not listen.
async fn serve(app: &App, door: &Door) -> io::Result<()> {
    let (post, mut talks) = (post(app), FuturesUnordered::new());
    let ended = loop {
        tokio::select! {
            came = door.accept(), if talks.len() < MOST => match came {
                Ok(line) => talks.push(Box::pin(talk(app, &post, line))),
                Err(error) => break Err(error),
            },
            Some(()) = talks.next(), if !talks.is_empty() => {}
            () = app.stopped() => break Ok(()),
        }
    };
    let rest = async { while talks.next().await.is_some() {} };
    // An error of this one place ends no conversation before its time.
    if ended.is_err() {
        rest.await;
    } else {
        drop(tokio::time::timeout(LAST, rest).await);
    }
    ended
}

async fn talk(app: &App, post: &Post, line: Line) {
    let deliver = async |mailbox: &str, raw: Bytes| {
        let taken = take_in(app, async |stamp| inbound::receive(app, stamp, mailbox, raw.clone(), None).await.map(drop)).await;
        match taken {
            Ok(()) => Delivered::Kept,
            Err(error) => {
                // That the database is away is told by what watches it, and not for every mail.
                if !matches!(error, Error::Unavailable(_)) {
                    tracing::warn!(mailbox, %error, "a mail could not be taken in; whoever brought it keeps it");
                }
                Delivered::NotNow
            }
        }
    };
    if let Err(error) = converse(line, post, deliver, async || app.stopped().await).await {
        tracing::debug!(%error, "a conversation by LMTP broke off");
    }
}

fn post(app: &App) -> Post {
    let mailboxes = app.settings.mailboxes.iter();
    let mailboxes = mailboxes.filter_map(|(name, mailbox)| Some((address_of(&mailbox.address)?.to_lowercase(), name.clone())));
    Post { mailboxes: mailboxes.collect(), size_cap: usize::try_from(SIZE_CAP).unwrap_or(usize::MAX) }
}

trait Wire: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Wire for T {}

type Line = Box<dyn Wire>;

enum Door {
    Loopback(TcpListener),
    Socket(UnixListener, PathBuf),
}

impl Door {
    async fn open(place: LmtpPlace<'_>) -> io::Result<Self> {
        match place {
            LmtpPlace::Loopback(address) => TcpListener::bind(address).await.map(Self::Loopback),
            LmtpPlace::Socket(path) => {
                remove_left(path).await?;
                let listener = UnixListener::bind(path)?;
                // The mail server is another user: whoever is of the group may connect.
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
                Ok(Self::Socket(listener, path.to_owned()))
            }
        }
    }

    async fn accept(&self) -> io::Result<Line> {
        Ok(match self {
            Self::Loopback(listener) => Box::new(listener.accept().await?.0),
            Self::Socket(listener, _) => Box::new(listener.accept().await?.0),
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Socket(_, path) = self {
            drop(std::fs::remove_file(path));
        }
    }
}

/// A socket stays behind when its process is killed; nobody answers there then.
async fn remove_left(path: &Path) -> io::Result<()> {
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        _ => Ok(()),
    }
}
