//! What a worker knows of the messages in its folder: which the desk has, and which could not be taken in.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant as Stopwatch};

/// Seconds until a message is tried again, by how often it failed.
const AGAIN: [u64; 6] = [2, 15, 60, 300, 900, 3600];

#[derive(Debug, Default)]
pub struct Notes {
    numbering: u32,
    notes: HashMap<u32, Note>,
}

#[derive(Debug, Clone, Copy)]
enum Note {
    /// The desk has it, and it is still to be moved: not before `again`, where the server said that it was moved and it is still there.
    Taken {
        moves: usize,
        again: Option<Stopwatch>,
    },
    Failed {
        tries: usize,
        again: Stopwatch,
    },
}

impl Notes {
    /// Which of these messages to take now: those that nothing went wrong with, oldest first, then those whose time has come. What is not among them is
    /// forgotten, and everything is when messages are numbered anew.
    pub fn in_turn(&mut self, numbering: u32, there: &[u32]) -> Vec<u32> {
        if self.numbering != numbering {
            *self = Self { numbering, notes: HashMap::new() };
        }
        let known: BTreeSet<_> = there.iter().collect();
        self.notes.retain(|number, _| known.contains(number));
        let (failed, others): (Vec<u32>, Vec<u32>) = there.iter().partition(|number| self.again(**number).is_some());
        let now = Stopwatch::now();
        let due = failed.into_iter().filter(|number| self.again(*number).is_some_and(|again| again <= now));
        others.into_iter().chain(due).collect()
    }

    pub fn is_taken(&self, number: u32) -> bool {
        matches!(self.notes.get(&number), Some(Note::Taken { .. }))
    }

    pub fn taken(&mut self, number: u32) {
        self.notes.insert(number, Note::Taken { moves: 0, again: None });
    }

    /// The server said that it was moved. Whether it had said so before.
    pub fn moved(&mut self, number: u32) -> bool {
        let moves = match self.notes.get(&number) {
            Some(Note::Taken { moves, .. }) => *moves,
            _ => 0,
        };
        self.notes.insert(number, Note::Taken { moves: moves + 1, again: Some(later(moves)) });
        moves > 0
    }

    pub fn failed(&mut self, number: u32) {
        let tries = match self.notes.get(&number) {
            Some(Note::Failed { tries, .. }) => tries + 1,
            _ => 0,
        };
        self.notes.insert(number, Note::Failed { tries, again: later(tries) });
    }

    /// How long until the next of those that failed is to be tried.
    pub fn next(&self) -> Option<Duration> {
        let again = self.notes.keys().filter_map(|number| self.again(*number)).min();
        again.map(|again| again.saturating_duration_since(Stopwatch::now()))
    }

    fn again(&self, number: u32) -> Option<Stopwatch> {
        match self.notes.get(&number)? {
            Note::Taken { again, .. } => *again,
            Note::Failed { again, .. } => Some(*again),
        }
    }
}

/// When to try again after so many times.
fn later(times: usize) -> Stopwatch {
    Stopwatch::now() + Duration::from_secs(AGAIN[times.min(AGAIN.len() - 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_waits_behind_the_others_and_is_forgotten_when_it_is_gone_or_numbered_anew() {
        let mut notes = Notes::default();
        assert_eq!((notes.in_turn(7, &[1, 2, 3]), notes.next()), (vec![1, 2, 3], None));
        notes.failed(1);
        notes.taken(2);
        assert_eq!(notes.in_turn(7, &[1, 2, 3]), [2, 3], "its time has not come");
        assert!(notes.is_taken(2) && notes.next().is_some_and(|wait| wait <= Duration::from_secs(AGAIN[0])));
        notes.notes.insert(1, Note::Failed { tries: 0, again: Stopwatch::now() });
        assert_eq!(notes.in_turn(7, &[1, 2, 3]), [2, 3, 1]);
        assert_eq!(notes.in_turn(7, &[2]), [2]);
        assert_eq!(notes.in_turn(7, &[1, 2]), [1, 2], "a number that is there again is another message");
        notes.failed(1);
        assert_eq!((notes.in_turn(8, &[1, 2]), notes.is_taken(2)), (vec![1, 2], false));
        notes.taken(1);
        assert!(!notes.moved(1) && notes.is_taken(1));
        assert_eq!(notes.in_turn(8, &[1, 2]), [2], "what a server only says to have moved is not asked for without end");
        assert!(notes.moved(1));
        assert_eq!(notes.in_turn(8, &[2]), [2]);
        assert_eq!(notes.next(), None);
    }
}
