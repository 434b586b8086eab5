//! How much a caller may ask, and how slowly a body may come. All of it by the machine's time, in a sandbox too.
//!
//! Each process counts for itself. An address is that of the connection: what a proxy says of others is not believed, so
//! that behind one all callers share the limit of wrong tokens. It slows down wrong ones only: a good token is always let in.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage, ResponseError};
use bytes::Bytes;
use futures_util::Stream;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::error::Failure;
use crate::settings::Http;
use crate::usecases::Code;

/// Bytes for which a body gets a second more.
const BYTES_A_SECOND: u64 = 16 * 1024;
/// Addresses that are remembered before those that kept quiet are forgotten.
const ADDRESSES: usize = 10_000;
/// How often they are looked through at most.
const TIDY: Duration = Duration::from_mins(1);

/// KiB of long bodies that are in memory at once, in one process: the largest mail, or two batches. What is made of a body
/// takes several times its length.
const ROOM: u32 = 32 * 1024;

/// A token as it is remembered here.
type Hash = [u8; 32];

/// What callers have asked of this process.
pub struct Limits {
    requests: Option<DefaultKeyedRateLimiter<Hash>>,
    strangers: Option<DefaultKeyedRateLimiter<IpAddr>>,
    tidied: Mutex<Instant>,
    room: Arc<Semaphore>,
}

impl Limits {
    /// None used up yet.
    pub fn new(settings: &Http) -> Self {
        let quota = |per_minute| NonZeroU32::new(per_minute).map(Quota::per_minute);
        let requests = quota(settings.requests_per_minute);
        let requests = requests.map(|quota| NonZeroU32::new(settings.burst).map_or(quota, |burst| quota.allow_burst(burst)));
        Self {
            requests: requests.map(RateLimiter::keyed),
            strangers: quota(settings.failures_per_minute).map(RateLimiter::keyed),
            tidied: Mutex::new(Instant::now()),
            room: Arc::new(Semaphore::new(ROOM as usize)),
        }
    }

    /// A token was good: it may ask, unless it asked too much.
    pub fn admit(&self, token: &str) -> Result<(), Failure> {
        self.requests.as_ref().map_or(Ok(()), |requests| requests.check_key(&hash(token)).map_err(|refused| wait(&refused)))
    }

    /// What whoever was not let in hears: that the token is wrong, or to wait where an address came with too many wrong ones.
    pub fn refused(&self, failure: Failure, address: Option<IpAddr>) -> Failure {
        let (Some(strangers), Some(address), StatusCode::UNAUTHORIZED) = (&self.strangers, address, failure.status_code()) else {
            return failure;
        };
        self.tidy(strangers);
        strangers.check_key(&network(address)).map_or_else(|refused| wait(&refused), |()| failure)
    }

    /// Waits until a long body of so many bytes may come into memory; its place is taken until this is dropped.
    pub async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = u32::try_from(bytes.div_ceil(1024)).unwrap_or(ROOM).min(ROOM);
        // Nobody closes it.
        self.room.clone().acquire_many_owned(wanted).await.ok()
    }

    fn tidy(&self, strangers: &DefaultKeyedRateLimiter<IpAddr>) {
        if strangers.len() < ADDRESSES {
            return;
        }
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        if tidied.elapsed() >= TIDY {
            *tidied = Instant::now();
            strangers.retain_recent();
        }
    }
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// Whoever has one IPv6 address has as many as they like of its network.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
    }
}

fn wait(refused: &NotUntil<<DefaultClock as Clock>::Instant>) -> Failure {
    let wait = refused.wait_time_from(DefaultClock::default().now());
    Failure::too_many(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// A request's body, watched: its sender is waited for so long and no longer.
#[derive(Clone)]
pub struct Watched(Rc<RefCell<Body>>);

struct Body {
    payload: Payload,
    grace: Duration,
    received: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    ended: bool,
    late: bool,
}

impl Watched {
    /// Watches a request's body from here on; `None` when it has none.
    pub fn of(request: &mut ServiceRequest, settings: &Http) -> Option<Self> {
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let grace = Duration::from_secs(u64::from(settings.slow_body_seconds));
        let (waited, waiting_since, sleep) = (Duration::ZERO, None, None);
        let watched =
            Self(Rc::new(RefCell::new(Body { payload, grace, received: 0, waited, waiting_since, sleep, ended: false, late: false })));
        request.set_payload(Payload::Stream { payload: Box::pin(watched.clone()) });
        Some(watched)
    }

    /// Has the last word: a body that came too slowly is a 408, and a connection with a body that nobody reads is closed.
    pub fn answered(self, response: &mut ServiceResponse) {
        if self.0.borrow().late {
            let failure = Failure::new(Code::BodyTooSlow, "the body came too slowly");
            *response.response_mut() = failure.error_response();
        }
        if !self.0.borrow().ended {
            // As long as someone holds it, the rest is neither awaited nor read away: the connection ends instead.
            response.response_mut().extensions_mut().insert(self);
        }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll(context)
    }
}

impl Body {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        match Pin::new(&mut self.payload).poll_next(context) {
            Poll::Ready(next) => {
                self.waited += self.waiting_since.take().map(|since| since.elapsed()).unwrap_or_default();
                match &next {
                    Some(Ok(bytes)) => self.received += u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                    Some(Err(_)) => {}
                    None => self.ended = true,
                }
                Poll::Ready(next)
            }
            Poll::Pending => {
                let since = *self.waiting_since.get_or_insert_with(Instant::now);
                let allowed = self.grace + Duration::from_secs(self.received / BYTES_A_SECOND);
                let until = tokio::time::Instant::from_std(since + allowed.saturating_sub(self.waited));
                let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
                if sleep.deadline() != until {
                    sleep.as_mut().reset(until);
                }
                std::task::ready!(Future::poll(sleep.as_mut(), context));
                self.late = true;
                Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}
