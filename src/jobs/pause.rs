//! How long to wait before what failed is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(5);

/// Doubles from one failure to the next, up to five minutes. A random part of it is left out, so that mailboxes of one server do not come
/// back at one moment.
#[derive(Debug, Default)]
pub struct Pause {
    failures: u32,
}

impl Pause {
    pub fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(20)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let half = whole / 2;
        let random = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
        half + half.mul_f64(random)
    }

    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_five_minutes_and_begins_anew() {
        let mut pause = Pause::default();
        for longest in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
            let (wait, longest) = (pause.next(), Duration::from_secs(longest));
            assert!(longest / 2 <= wait && wait <= longest, "{wait:?} of {longest:?}");
        }
        pause.failures = u32::MAX;
        assert!(pause.next() <= LONGEST);
        pause.reset();
        assert!(pause.next() <= FIRST);
    }
}
