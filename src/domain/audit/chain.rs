//! The chain of the audit trail. Committed lines are numbered one after another; each has the SHA-256 of the one before it and of its own
//! content in RFC 8785 form. So a line that is altered, removed, inserted or moved no longer fits between its neighbours.
//!
//! What a chain cannot show by itself is that its end was cut off, and rewritten up to there: for that its last hash is noted elsewhere.

use std::fmt;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Line, Object, Sealed};
use crate::domain::Instant;

/// What the first line follows.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The action of the line that says that lines were removed because their time was up.
pub const REMOVED: &str = "removeAuditLines";

/// The hash of a line at a position, after the line that has hash `previous`.
pub fn hash(previous: &str, position: i64, line: &Line) -> Result<String, serde_json::Error> {
    let object = line.object.as_ref().map(|Object { kind, id }| json!({ "kind": kind, "id": id }));
    let content = json!({
        "position": position, "id": line.id, "action": line.action, "object": object, "result": line.result, "code": line.code,
        "count": line.count, "origin": line.origin, "actor": line.actor, "correlation": line.correlation, "at": line.at,
    });
    let canonical = serde_json_canonicalizer::to_vec(&content)?;
    Ok(hex::encode(Sha256::new_with_prefix(previous).chain_update(canonical).finalize()))
}

/// How far the chain goes, as the database keeps it: the last line that was numbered, and the last that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub hash: String,
    pub removed_through: i64,
    pub removed_hash: String,
}

/// What a line about removed lines names: the last of them.
pub fn removed(through: i64, hash: &str) -> Object {
    Object::of("audit_line", format!("{through}/{hash}"))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Lines from the first of these positions through the second are not there.
    Missing(i64, i64),
    /// The line's content is not what was sealed.
    Altered(i64),
    /// Lines beyond the end of the chain.
    Beyond(i64),
    /// The end of the chain is not the line that was numbered last.
    OtherEnd(i64),
    /// Lines through this position are gone, and no line says that their time was up.
    RemovedUnrecorded(i64),
    /// The hash that was noted elsewhere is not in the chain.
    NotFound,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(from, through) if from == through => write!(out, "line {from} is missing"),
            Self::Missing(from, through) => write!(out, "lines {from} to {through} are missing"),
            Self::Altered(at) => write!(out, "line {at} was altered, or is not the one that was sealed here"),
            Self::Beyond(at) => write!(out, "line {at} stands beyond the end of the chain"),
            Self::OtherEnd(at) => write!(out, "line {at} is the last, with another hash than the chain's head"),
            Self::RemovedUnrecorded(through) => write!(out, "lines through {through} were removed, and no line of the trail says so"),
            Self::NotFound => out.write_str("the expected hash is not in the chain: lines were cut off or rewritten since it was noted"),
        }
    }
}

/// Checks a chain line by line, in the order of positions, and keeps no more than the last one.
#[derive(Debug)]
pub struct Verifier {
    head: Head,
    /// The position and hash of the line before.
    last: (i64, String),
    expected: Option<String>,
    is_found: bool,
    removal_is_told: bool,
    pub lines: u64,
    pub first_at: Option<Instant>,
}

impl Verifier {
    /// `expected` is a hash that was noted earlier, of what was the last line then.
    pub fn new(head: Head, expected: Option<String>) -> Self {
        let is_found = expected.as_ref().is_none_or(|hash| *hash == head.removed_hash || *hash == head.hash && head.position == 0);
        let (last, removal_is_told) = ((head.removed_through, head.removed_hash.clone()), head.removed_through == 0);
        Self { head, last, expected, is_found, removal_is_told, lines: 0, first_at: None }
    }

    /// The next line, and what is wrong with it.
    pub fn add(&mut self, sealed: &Sealed) -> Result<Vec<Fault>, serde_json::Error> {
        let Sealed { line, position, hash: stored } = sealed;
        let mut faults = Vec::new();
        let is_next = *position == self.last.0 + 1;
        if !is_next {
            faults.push(Fault::Missing(self.last.0 + 1, position - 1));
        }
        // After a gap it is not known what the line follows; its own hash is checked by the next one.
        if is_next && hash(&self.last.1, *position, line)? != *stored {
            faults.push(Fault::Altered(*position));
        }
        if *position > self.head.position {
            faults.push(Fault::Beyond(*position));
        }
        self.note(line);
        self.is_found |= self.expected.as_ref() == Some(stored);
        self.first_at = self.first_at.or(Some(line.at));
        self.lines += 1;
        self.last = (*position, stored.clone());
        Ok(faults)
    }

    /// A line that waits to be sealed.
    pub fn waiting(&mut self, line: &Line) {
        self.note(line);
    }

    fn note(&mut self, line: &Line) {
        let told = removed(self.head.removed_through, &self.head.removed_hash);
        self.removal_is_told |= line.action == REMOVED && line.object.as_ref() == Some(&told);
    }

    /// What is wrong when all lines were added.
    pub fn end(&self) -> Vec<Fault> {
        let (at, hash) = &self.last;
        let mut faults = Vec::new();
        if *at < self.head.position {
            faults.push(Fault::Missing(at + 1, self.head.position));
        } else if *at == self.head.position && *hash != self.head.hash {
            faults.push(Fault::OtherEnd(*at));
        }
        if !self.removal_is_told {
            faults.push(Fault::RemovedUnrecorded(self.head.removed_through));
        }
        if !self.is_found {
            faults.push(Fault::NotFound);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::AuditResult;
    use uuid::Uuid;

    fn line(number: u128) -> Line {
        Line {
            id: Uuid::from_u128(number),
            action: "createTicket".to_owned(),
            object: Some(Object::of("ticket", number)),
            result: AuditResult::Done,
            code: None,
            count: 1,
            origin: "192.0.2.1".to_owned(),
            actor: "desk:1".to_owned(),
            correlation: None,
            at: Instant::MIN,
        }
    }

    fn chain(after: Head, lines: impl IntoIterator<Item = Line>) -> (Head, Vec<Sealed>) {
        let (mut head, mut sealed) = (after, Vec::new());
        for line in lines {
            head.position += 1;
            head.hash = hash(&head.hash, head.position, &line).expect("a hash");
            sealed.push(Sealed { line, position: head.position, hash: head.hash.clone() });
        }
        (head, sealed)
    }

    fn empty() -> Head {
        Head { position: 0, hash: START.to_owned(), removed_through: 0, removed_hash: START.to_owned() }
    }

    fn faults(head: &Head, lines: &[Sealed], expected: Option<&str>) -> Vec<Fault> {
        let mut verifier = Verifier::new(head.clone(), expected.map(str::to_owned));
        let mut faults: Vec<_> = lines.iter().flat_map(|line| verifier.add(line).expect("a hash")).collect();
        faults.extend(verifier.end());
        faults
    }

    #[test]
    fn a_chain_as_it_was_sealed_has_no_fault() {
        let (head, lines) = chain(empty(), (1..=5).map(line));
        assert_eq!(faults(&head, &lines, None), []);
        assert_eq!(faults(&head, &lines, Some(&lines[2].hash)), []);
        assert_eq!(faults(&empty(), &[], None), []);
    }

    #[test]
    fn every_field_of_a_line_is_sealed() {
        let (head, lines) = chain(empty(), (1..=5).map(line));
        let alter: [fn(&mut Line); 10] = [
            |line| line.id = Uuid::nil(),
            |line| line.action = "x".to_owned(),
            |line| line.object = None,
            |line| line.result = AuditResult::Refused,
            |line| line.code = Some("forbidden".to_owned()),
            |line| line.count = 2,
            |line| line.origin = "192.0.2.2".to_owned(),
            |line| line.actor = "desk:2".to_owned(),
            |line| line.correlation = Some("x".to_owned()),
            |line| line.at = Instant::MAX,
        ];
        for alter in alter {
            let mut lines = lines.clone();
            alter(&mut lines[2].line);
            assert_eq!(faults(&head, &lines, None), [Fault::Altered(3)]);
        }
    }

    #[test]
    fn a_line_altered_with_a_hash_of_its_own_does_not_fit_the_next() {
        let (head, mut lines) = chain(empty(), (1..=5).map(line));
        lines[2].line.actor = "desk:9".to_owned();
        lines[2].hash = hash(&lines[1].hash, 3, &lines[2].line).expect("a hash");
        assert_eq!(faults(&head, &lines, None), [Fault::Altered(4)]);
        lines[4].line.actor = "desk:9".to_owned();
        lines[4].hash = hash(&lines[3].hash, 5, &lines[4].line).expect("a hash");
        assert_eq!(faults(&head, &lines, None), [Fault::Altered(4), Fault::OtherEnd(5)]);
    }

    #[test]
    fn a_line_removed_inserted_or_moved_is_found() {
        let (head, lines) = chain(empty(), (1..=5).map(line));
        let without = |from: usize, count: usize| [&lines[..from], &lines[from + count..]].concat();
        assert_eq!(faults(&head, &without(1, 1), None), [Fault::Missing(2, 2)]);
        assert_eq!(faults(&head, &without(0, 2), None), [Fault::Missing(1, 2)]);
        assert_eq!(faults(&head, &without(3, 2), None), [Fault::Missing(4, 5)]);
        let mut moved = lines.clone();
        (moved[1].line, moved[2].line) = (lines[2].line.clone(), lines[1].line.clone());
        assert_eq!(faults(&head, &moved, None), [Fault::Altered(2), Fault::Altered(3)]);
        let mut more = lines.clone();
        more.extend(chain(head.clone(), [line(9)]).1);
        assert_eq!(faults(&head, &more, None), [Fault::Beyond(6)]);
    }

    #[test]
    fn an_end_that_was_cut_off_with_its_head_is_found_by_a_hash_noted_before() {
        let (noted, _) = chain(empty(), (1..=5).map(line));
        let (head, lines) = chain(empty(), (1..=3).map(line));
        assert_eq!(faults(&head, &lines, None), []);
        assert_eq!(faults(&head, &lines, Some(&noted.hash)), [Fault::NotFound]);
    }

    #[test]
    fn lines_whose_time_was_up_are_gone_without_a_fault_if_a_line_says_so() {
        let (head, lines) = chain(empty(), (1..=5).map(line));
        let cut = Head { removed_through: 3, removed_hash: lines[2].hash.clone(), ..head };
        assert_eq!(faults(&cut, &lines[3..], None), [Fault::RemovedUnrecorded(3)]);
        let told = Line { action: REMOVED.to_owned(), object: Some(removed(3, &lines[2].hash)), ..line(6) };
        let (end, more) = chain(cut, [told.clone()]);
        let all = [&lines[3..], &more].concat();
        assert_eq!(faults(&end, &all, None), []);
        assert_eq!(faults(&end, &all, Some(&lines[2].hash)), []);
        assert_eq!(faults(&end, &all, Some(&lines[1].hash)), [Fault::NotFound]);
        assert_eq!(faults(&end, &all[1..], None), [Fault::Missing(4, 4)]);
    }
}
