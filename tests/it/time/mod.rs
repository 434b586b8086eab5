//! Time: the vectors of the agreements, laws, and an independent judge.

mod against_the_judge;
mod amendments;
mod calendars;
#[expect(clippy::all, clippy::pedantic, reason = "a second implementation, kept apart and plain on purpose")]
mod judge;
mod laws;
mod lessons;
mod rules;
mod vectors;

use std::path::Path;

use serde_json::Value;
use uurwerk::contracts;
use uurwerk::domain::contract::Contract;
use uurwerk::simulate;

/// A contract of the project's own.
pub fn shipped(name: &str) -> Contract {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts").join(name);
    contracts::load(&file).unwrap_or_else(|refused| panic!("{refused}")).contract
}

/// A contract written in a test.
pub fn written(text: &str) -> Contract {
    contracts::parse(Path::new("test.toml"), text).unwrap_or_else(|refused| panic!("{refused}"))
}

/// The answer to one line, ledger included.
pub fn answer(contract: &Contract, line: &Value) -> Value {
    let mut out = Vec::new();
    simulate::answer(contract, true, line.to_string().as_bytes(), &mut out).expect("memory can be written");
    serde_json::from_slice(&out).expect("an answer is JSON")
}

/// The one clock of a kind in an answer.
pub fn clock<'a>(answer: &'a Value, kind: &str) -> &'a Value {
    let clocks = answer["clocks"].as_array().unwrap_or_else(|| panic!("no clocks in {answer}"));
    clocks.iter().find(|clock| clock["kind"] == kind).unwrap_or_else(|| panic!("no {kind} clock in {answer}"))
}
