//! Ports on loopback.

use std::net::TcpListener;
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that the system gives to whoever asks for any, or for the near end of a connection.
const RANGE: Range<u16> = 16_000..32_000;

/// A port for a server that takes it later, or again after it was stopped: nobody else is given it meanwhile.
pub fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let width = RANGE.end - RANGE.start;
    // Tests that run in another process begin elsewhere.
    let first = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(width)).unwrap_or_default();
    for _ in RANGE {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % width;
        let port = RANGE.start + (first + step) % width;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free")
}
