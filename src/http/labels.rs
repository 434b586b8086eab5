//! The closed lists of codes by their names in the API: what `/v1/labels` shows, apart from the contracts' own names.

use crate::domain::approval::{ApprovalSubject, Standing};
use crate::domain::audit::AuditResult;
use crate::domain::calendar::{Closed, Holiday, HolidayRule, Idle};
use crate::domain::canned_reply::Placeholder;
use crate::domain::clock::{Answer, ClockState, Comparison, Interlude, Kind, LineState, Starts, Undone};
use crate::domain::contract::amendment::ChangeKind;
use crate::domain::contract::{ClosingText, ConditionKind, ContactLevel, Mode, Motivation, Side, TicketType, Workaround};
use crate::domain::history::SubjectKind;
use crate::domain::mail::{Authentication, MailKind, MailOutcome, MailState, SignatureVerdict};
use crate::domain::obligation::{Cycle, EventKind as ObligationEvent, ObligationState};
use crate::domain::permission::{Role, Verb};
use crate::domain::privacy::HoldSubject;
use crate::domain::redaction::Redactable;
use crate::domain::restriction::{Aspect, Flag};
use crate::domain::retention::{ItemOutcome, RetentionClass};
use crate::domain::role_assignment::{AssignmentState, Departure, EventKind as RoleEvent, GapCause, RoleKind};
use crate::domain::scan::Scan;
use crate::domain::security_signal::{EventKind as SignalEvent, SignalSource};
use crate::domain::ticket::attach::Classification;
use crate::domain::ticket::attention::Attention;
use crate::domain::ticket::edit::Text;
use crate::domain::ticket::kinds::Part;
use crate::domain::ticket::{Channel, EventKind, Visibility};
use crate::domain::token::TokenState;
use crate::domain::workflow::{
    FaultLocation, Handling, HoldCause, Question, Relation, State, Step, SupportLine, TicketKind, Verdict as Decided,
};
use crate::reports::service_management::{Outcome, Verdict};
use crate::words::Word;

pub fn lists() -> Vec<(&'static str, Vec<Word>)> {
    // A cause in a ledger, or a reason for a skipped day, is one of these or a holiday's name.
    let ledger_causes = [&Closed::WORDS[..], &Undone::WORDS, &Holiday::WORDS].concat();
    let skipped_reasons = [&Idle::WORDS[..], &[Closed::ByHand.word()], &Holiday::WORDS].concat();
    vec![
        ("ticketType", TicketType::WORDS.into()),
        ("state", State::WORDS.into()),
        ("phase", Step::WORDS.into()),
        ("channel", Channel::WORDS.into()),
        ("ticketPart", Part::WORDS.into()),
        ("ticketText", Text::WORDS.into()),
        ("ticketKind", TicketKind::WORDS.into()),
        ("ticketLink", Relation::WORDS.into()),
        ("supportLine", SupportLine::WORDS.into()),
        ("faultLocation", FaultLocation::WORDS.into()),
        ("handling", Handling::WORDS.into()),
        ("question", Question::WORDS.into()),
        ("decision", Decided::WORDS.into()),
        ("attention", Attention::WORDS.into()),
        ("placeholder", Placeholder::WORDS.into()),
        ("visibility", Visibility::WORDS.into()),
        ("classification", Classification::WORDS.into()),
        ("scan", Scan::WORDS.into()),
        ("redactable", Redactable::WORDS.into()),
        ("ticketFlag", Flag::WORDS.into()),
        ("securityAspect", Aspect::WORDS.into()),
        ("holdCause", HoldCause::WORDS.into()),
        ("subject", SubjectKind::WORDS.into()),
        ("event", EventKind::WORDS.into()),
        ("clockKind", Kind::WORDS.into()),
        ("clockState", ClockState::WORDS.into()),
        ("clockStart", Starts::WORDS.into()),
        ("comparison", Comparison::WORDS.into()),
        ("answer", Answer::WORDS.into()),
        ("interlude", Interlude::WORDS.into()),
        ("ledgerState", LineState::WORDS.into()),
        ("ledgerCause", ledger_causes),
        ("calendarChange", ChangeKind::WORDS.into()),
        ("destructionOutcome", ItemOutcome::WORDS.into()),
        ("holdSubject", HoldSubject::WORDS.into()),
        ("retentionClass", RetentionClass::WORDS.into()),
        ("approvalSubject", ApprovalSubject::WORDS.into()),
        ("approvalStanding", Standing::WORDS.into()),
        ("roleKind", RoleKind::WORDS.into()),
        ("roleAssignmentState", AssignmentState::WORDS.into()),
        ("roleEvent", RoleEvent::WORDS.into()),
        ("securitySignalEvent", SignalEvent::WORDS.into()),
        ("securitySignalSource", SignalSource::WORDS.into()),
        ("departure", Departure::WORDS.into()),
        ("roleGap", GapCause::WORDS.into()),
        ("side", Side::WORDS.into()),
        ("role", Role::WORDS.into()),
        ("verb", Verb::WORDS.into()),
        ("tokenState", TokenState::WORDS.into()),
        ("contactLevel", ContactLevel::WORDS.into()),
        ("escalationMode", Mode::WORDS.into()),
        ("escalationCondition", ConditionKind::WORDS.into()),
        ("closingText", ClosingText::WORDS.into()),
        ("priorityMotivation", Motivation::WORDS.into()),
        ("priorityWorkaround", Workaround::WORDS.into()),
        ("authentication", Authentication::WORDS.into()),
        ("mailSignature", SignatureVerdict::WORDS.into()),
        ("inboundOutcome", MailOutcome::WORDS.into()),
        ("outboundTemplate", MailKind::WORDS.into()),
        ("outboundState", MailState::WORDS.into()),
        ("verdict", Verdict::WORDS.into()),
        ("goalOutcome", Outcome::WORDS.into()),
        ("cycle", Cycle::WORDS.into()),
        ("obligationState", ObligationState::WORDS.into()),
        ("obligationEvent", ObligationEvent::WORDS.into()),
        ("skippedReason", skipped_reasons),
        ("auditResult", AuditResult::WORDS.into()),
        ("holidayRule", HolidayRule::WORDS.into()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn every_value_has_both_names_and_stands_once_in_its_list() {
        for (list, words) in lists() {
            let mut seen = BTreeSet::new();
            for word in words {
                assert!(!word.dutch.is_empty() && !word.english.is_empty() && seen.insert(word.code), "{list}: {}", word.code);
            }
        }
    }

    #[test]
    fn every_list_that_the_program_declares_is_published() {
        let published: Vec<BTreeSet<_>> =
            lists().iter().map(|(_, words)| words.iter().map(|word| word.code.to_owned()).collect()).collect();
        for (file, codes) in declared() {
            assert!(published.iter().any(|list| codes.is_subset(list)), "{}: {codes:?} have no list in http/labels.rs", file.display());
        }
    }

    /// The codes of every `closed_list!` under `src`, with the file that declares it: a list that is not published has no names on a screen.
    fn declared() -> Vec<(PathBuf, BTreeSet<String>)> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = std::fs::read_to_string(&path).unwrap_or_default();
                    let lists = text.split("\nclosed_list! {\n").skip(1).map(|rest| rest.split("\n}\n").next().unwrap_or_default());
                    found.extend(lists.map(|list| (path.clone(), list.lines().filter_map(code).collect())));
                }
            }
        }
        found
    }

    /// The code in a line such as `Phone = "phone": "telefoon", "phone";`.
    fn code(line: &str) -> Option<String> {
        line.strip_suffix(';')?.split_once(" = \"")?.1.split_once('"').map(|(code, _)| code.to_owned())
    }
}
