//! Times that the holder of a role is away.

use uuid::Uuid;

use super::event::{AbsenceCancelled, AbsenceShortened, EventData};
use crate::domain::Instant;

/// That the holder is away, with who acts for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    pub id: Uuid,
    pub from_at: Instant,
    pub until_at: Instant,
    pub deputy: Option<Uuid>,
}

/// Why an absence cannot end at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEnd {
    #[error("has passed")]
    Passed,
    #[error("is not after the beginning; without it, the absence is cancelled")]
    BeforeBeginning,
    #[error("is not before the end that was recorded")]
    NotEarlier,
}

impl Absence {
    pub fn holds_at(&self, at: Instant) -> bool {
        self.from_at <= at && at < self.until_at
    }

    /// Ends it earlier than was recorded, now unless a later instant is given. One that has not begun by then never was.
    pub fn ended(&self, until_at: Option<Instant>, now: Instant) -> Result<EventData, BadEnd> {
        let absence = self.id;
        match until_at {
            None if now <= self.from_at => Ok(EventData::AbsenceCancelled(AbsenceCancelled { absence })),
            Some(until_at) if until_at < now => Err(BadEnd::Passed),
            Some(until_at) if until_at <= self.from_at => Err(BadEnd::BeforeBeginning),
            Some(until_at) if until_at >= self.until_at => Err(BadEnd::NotEarlier),
            until_at => Ok(EventData::AbsenceShortened(AbsenceShortened { absence, until_at: until_at.unwrap_or(now) })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_04_an_absence_ends_earlier_and_one_that_has_not_begun_is_cancelled() {
        let at = |seconds| Instant::from_unix(seconds).expect("an instant");
        let absence = Absence { id: Uuid::nil(), from_at: at(200), until_at: at(300), deputy: None };
        let cancelled = || Ok(EventData::AbsenceCancelled(AbsenceCancelled { absence: Uuid::nil() }));
        let shortened = |until| Ok(EventData::AbsenceShortened(AbsenceShortened { absence: Uuid::nil(), until_at: at(until) }));
        for (now, until, ended) in [
            (100, None, cancelled()),
            (200, None, cancelled()),
            (201, None, shortened(201)),
            (100, Some(250), shortened(250)),
            (250, Some(250), shortened(250)),
            (250, Some(249), Err(BadEnd::Passed)),
            (100, Some(200), Err(BadEnd::BeforeBeginning)),
            (100, Some(300), Err(BadEnd::NotEarlier)),
        ] {
            assert_eq!(absence.ended(until.map(at), at(now)), ended, "{until:?} at {now}");
        }
    }
}
