//! Access tokens: what has become of one, and which a list shows.

use uuid::Uuid;

use super::Instant;
use crate::words::closed_list;

/// A token expires soon from so many seconds before: a month, in which somebody can see to a new one.
pub const SOON_SECONDS: i64 = 30 * 24 * 3600;

closed_list! {
    /// What has become of an access token.
    pub enum TokenState {
        Valid = "valid": "geldig", "valid";
        /// Valid still, for a month at most. What somebody signed in with for an hour is not told of.
        Expiring = "expiring": "verloopt binnenkort", "expires soon";
        Expired = "expired": "verlopen", "expired";
        Revoked = "revoked": "ingetrokken", "revoked";
    }
}

impl TokenState {
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Valid | Self::Expiring)
    }

    /// Of a token that somebody signed in with, when `is_session`.
    pub fn of(revoked_at: Option<Instant>, expires_at: Option<Instant>, is_session: bool, now: Instant) -> Self {
        match expires_at {
            _ if revoked_at.is_some() => Self::Revoked,
            Some(end) if end <= now => Self::Expired,
            Some(end) if !is_session && end.unix() - now.unix() <= SOON_SECONDS => Self::Expiring,
            _ => Self::Valid,
        }
    }
}

/// Which tokens a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct TokenFilter {
    pub states: Vec<TokenState>,
    /// Before this one in the list, which begins with the newest.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_expires_within_a_month_is_told_of_and_a_sign_in_is_not() {
        let now = Instant::from_unix(1_800_000_000).expect("an instant");
        let state = |after: i64, is_session| TokenState::of(None, now.plus(after), is_session, now);
        assert_eq!(state(SOON_SECONDS + 1, false), TokenState::Valid);
        assert_eq!(state(SOON_SECONDS, false), TokenState::Expiring);
        assert_eq!(state(3600, true), TokenState::Valid);
        assert_eq!((state(0, false), state(-1, true)), (TokenState::Expired, TokenState::Expired));
        assert_eq!(TokenState::of(None, None, false, now), TokenState::Valid);
        assert_eq!(TokenState::of(Some(now), now.plus(9), false, now), TokenState::Revoked);
    }
}
