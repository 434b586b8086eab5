//! How many automatic mails one recipient gets, so that forged senders and desks that answer one another flood nobody. What a person writes is
//! neither counted nor held back.

use crate::domain::Instant;

/// The most mails in a period.
struct Cap {
    minutes: i64,
    about_one_ticket: usize,
    in_all: usize,
}

const CAPS: [Cap; 5] = [
    Cap { minutes: 10, about_one_ticket: 10, in_all: 30 },
    Cap { minutes: 30, about_one_ticket: 15, in_all: 60 },
    Cap { minutes: 60, about_one_ticket: 25, in_all: 120 },
    Cap { minutes: 180, about_one_ticket: 50, in_all: 240 },
    Cap { minutes: 600, about_one_ticket: 100, in_all: 360 },
];

/// Seconds for which mails count.
pub const LONGEST: i64 = CAPS[CAPS.len() - 1].minutes * 60;
/// Seconds after which there may be room again.
pub const SHORTEST: i64 = CAPS[0].minutes * 60;

/// Whether another mail may go to a recipient now, given when the others that count were written: all of them, and those about its ticket.
pub fn has_room(now: Instant, all: &[Instant], about_the_ticket: &[Instant]) -> bool {
    CAPS.iter().all(|cap| {
        let after = now.plus(-60 * cap.minutes).unwrap_or(Instant::MIN);
        let lately = |written: &[Instant]| written.iter().filter(|at| **at > after).count();
        lately(all) < cap.in_all && lately(about_the_ticket) < cap.about_one_ticket
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a mail a second go out within so many minutes.
    fn sent(minutes: i64, is_of_one_ticket: bool) -> usize {
        let mut sent: Vec<Instant> = Vec::new();
        for second in 0..minutes * 60 {
            let now = Instant::from_unix(second).expect("an instant");
            if has_room(now, &sent, if is_of_one_ticket { &sent } else { &[] }) {
                sent.push(now);
            }
        }
        sent.len()
    }

    #[test]
    fn each_period_has_its_most() {
        for (minutes, about_one_ticket, in_all) in [(10, 10, 30), (30, 15, 60), (60, 25, 120), (180, 50, 240), (600, 100, 360)] {
            assert_eq!((sent(minutes, true), sent(minutes, false)), (about_one_ticket, in_all), "{minutes} minutes");
        }
    }
}
