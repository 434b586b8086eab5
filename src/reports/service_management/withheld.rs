//! Tickets that few may see: every figure counts them, and the lists show that there is one and what it was counted as, but neither its
//! number nor anybody's words about it.

use std::collections::BTreeSet;

use super::ServiceManagementReport;
use crate::domain::restriction::Flag;

impl ServiceManagementReport {
    /// The numbers of the tickets that it names, beside those it only counts.
    pub fn named(&self) -> BTreeSet<&str> {
        let corrected = self.corrections.iter().map(|one| &one.number).chain(self.late_facts.iter().map(|one| &one.number));
        let late = self.running_breaches.iter().map(|one| &one.number).chain(self.escalations.iter().map(|one| &one.number));
        let breaches = self.security.incidents.iter().map(|one| &one.number);
        let others = self.long_open.iter().chain(&self.not_classified).map(|one| &one.number);
        corrected.chain(late).chain(others).chain(breaches).map(String::as_str).collect()
    }

    /// Withholds the tickets with these numbers from a reader for whom they do not exist.
    #[must_use]
    pub fn withholding(mut self, numbers: &BTreeSet<String>) -> Self {
        if numbers.is_empty() {
            return self;
        }
        for one in &mut self.corrections {
            if withhold(&mut one.number, numbers) {
                one.reason = None;
            }
        }
        for one in &mut self.late_facts {
            if withhold(&mut one.number, numbers) {
                one.reason = None;
            }
        }
        for one in &mut self.running_breaches {
            withhold(&mut one.number, numbers);
        }
        for one in &mut self.escalations {
            withhold(&mut one.number, numbers);
        }
        for one in self.long_open.iter_mut().chain(&mut self.not_classified) {
            withhold(&mut one.number, numbers);
        }
        for one in &mut self.security.incidents {
            if withhold(&mut one.number, numbers) {
                one.title = None;
            }
        }
        // Lists are by type and number, and a place between two numbers nearly tells which one it is.
        self.corrections.sort_by_key(|one| is_withheld(&one.number));
        self.late_facts.sort_by_key(|one| is_withheld(&one.number));
        self.running_breaches.sort_by_key(|one| is_withheld(&one.number));
        self.long_open.sort_by_key(|one| is_withheld(&one.number));
        self.not_classified.sort_by_key(|one| is_withheld(&one.number));
        self
    }
}

fn withhold(number: &mut String, numbers: &BTreeSet<String>) -> bool {
    let is_hidden = numbers.contains(number);
    if is_hidden {
        Flag::Confidential.dutch().clone_into(number);
    }
    is_hidden
}

fn is_withheld(number: &str) -> bool {
    number == Flag::Confidential.dutch()
}
