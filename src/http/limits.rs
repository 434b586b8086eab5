//! Rate limits, memory limits, and how slowly a body may arrive. Measured in the machine's time, in a sandbox too.
//!
//! Each process counts for itself. Addresses are those of connections; `X-Forwarded-For` is believed only of proxies that the settings name
//! (`peer`), since anybody can send it. Behind another proxy all callers share the limit on wrong tokens. That limit slows down wrong tokens
//! only: a good one always gets in. How often somebody may try a password is for `sign_ins` to say, whatever tokens were
//! wrong.

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
use super::sign_ins::SignIns;
use crate::settings::Http;
use crate::usecases::Code;

/// A body gets a second more for every so many bytes: slow lines pass, trickled bodies do not.
const BYTES_A_SECOND: u64 = 16 * 1024;
/// Addresses that are remembered before the quiet ones are dropped. Bounds the memory that an attack from many addresses takes.
const ADDRESS_CAP: usize = 10_000;
/// Dropping goes through all addresses, so it runs no more often than this.
const CLEANUP_INTERVAL: Duration = Duration::from_mins(1);

/// KiB of long bodies that one process has in memory at once: enough for the largest mail, or two batches. Parsing a body takes several
/// times its length on top.
const MEMORY_KIB: u32 = 32 * 1024;

/// SHA-256, so that no token stays in memory.
type Hash = [u8; 32];

pub struct Limits {
    requests: Option<DefaultKeyedRateLimiter<Hash>>,
    failures: Option<DefaultKeyedRateLimiter<IpAddr>>,
    last_cleanup: Mutex<Instant>,
    memory: Arc<Semaphore>,
    pub sign_ins: SignIns,
}

impl Limits {
    pub fn new(settings: &Http) -> Self {
        let quota = |per_minute| NonZeroU32::new(per_minute).map(Quota::per_minute);
        let requests = quota(settings.requests_per_minute);
        let requests = requests.map(|quota| NonZeroU32::new(settings.burst).map_or(quota, |burst| quota.allow_burst(burst)));
        Self {
            requests: requests.map(RateLimiter::keyed),
            failures: quota(settings.failures_per_minute).map(RateLimiter::keyed),
            last_cleanup: Mutex::new(Instant::now()),
            memory: Arc::new(Semaphore::new(MEMORY_KIB as usize)),
            sign_ins: SignIns::default(),
        }
    }

    /// Counts a request with a good token.
    pub fn admit(&self, token: &str, address: Option<IpAddr>) -> Result<(), Failure> {
        if let Some(address) = address {
            self.sign_ins.came_in(rate_limit_key(address));
        }
        self.requests.as_ref().map_or(Ok(()), |requests| requests.check_key(&hash(token)).map_err(|refused| wait(&refused)))
    }

    /// Counts a wrong token, and returns the refusal to give: `failure`, or a 429 when the address sent too many.
    pub fn wrong_token(&self, failure: Failure, address: Option<IpAddr>) -> Failure {
        let (Some(failures), Some(address), StatusCode::UNAUTHORIZED) = (&self.failures, address, failure.status_code()) else {
            return failure;
        };
        self.forget_quiet_addresses(failures);
        failures.check_key(&rate_limit_key(address)).map_or_else(|refused| wait(&refused), |()| failure)
    }

    /// Waits until there is memory for this many bytes, and reserves it until the permit is dropped.
    pub async fn memory(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = u32::try_from(bytes.div_ceil(1024)).unwrap_or(MEMORY_KIB).min(MEMORY_KIB);
        // Only a closed semaphore fails, and this one is never closed.
        self.memory.clone().acquire_many_owned(wanted).await.ok()
    }

    fn forget_quiet_addresses(&self, failures: &DefaultKeyedRateLimiter<IpAddr>) {
        if failures.len() < ADDRESS_CAP {
            return;
        }
        let mut last_cleanup = self.last_cleanup.lock().unwrap_or_else(PoisonError::into_inner);
        if last_cleanup.elapsed() >= CLEANUP_INTERVAL {
            *last_cleanup = Instant::now();
            failures.retain_recent();
        }
    }
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// IPv6 addresses count per /64 network: whoever has one address there can use all of them.
pub fn rate_limit_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
    }
}

fn wait(refused: &NotUntil<<DefaultClock as Clock>::Instant>) -> Failure {
    let wait = refused.wait_time_from(DefaultClock::default().now());
    Failure::too_many(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// A request's body with a limit on the time spent waiting for its sender. Time that we take to process it does not count.
#[derive(Clone)]
pub struct TimedBody(Rc<RefCell<Body>>);

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

impl TimedBody {
    /// Replaces the request's payload by a timed one; `None` when it has no body.
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

    /// Turns the response to a late body into a 408, and closes the connection when the body was not read to its end.
    pub fn answered(self, response: &mut ServiceResponse) {
        if self.0.borrow().late {
            let failure = Failure::new(Code::BodyTooSlow, "the body came too slowly");
            *response.response_mut() = failure.error_response();
        }
        if !self.0.borrow().ended {
            // While the payload is held, actix does not wait for the rest of it to keep the connection alive, but closes it.
            response.response_mut().extensions_mut().insert(self);
        }
    }
}

impl Stream for TimedBody {
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
