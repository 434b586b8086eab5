//! `uurwerk simulate`: clocks as text. One line of JSON in, one line out, in the same order.
//!
//! No database, no machine time, no contract but the one given: what anyone needs to rehearse an agreement or to check
//! a supplier's figures. `line` reads and refuses; the answer is the same replay the desk itself uses.

mod line;

use std::io::{self, BufRead, Write};

use serde::Serialize;

use crate::domain::Instant;
use crate::domain::clock::{Clock, Kind, Replay, Ticket, replay};
use crate::domain::contract::Contract;
use line::{Line, Refusal};

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    clocks: Vec<Clock>,
    probes: Vec<Probe>,
}

#[derive(Serialize)]
struct Refused<'a> {
    id: Option<&'a str>,
    error: &'a Refusal,
}

#[derive(Serialize)]
struct Probe {
    at: Instant,
    clocks: Vec<ProbedClock>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProbedClock {
    kind: Kind,
    elapsed_seconds: i64,
}

/// Answers every line of `input` on `output`; only reading or writing itself can fail.
pub fn run(contract: &Contract, with_ledger: bool, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    for line in input.split(b'\n') {
        answer(contract, with_ledger, &line?, &mut output)?;
        output.write_all(b"\n")?;
    }
    output.flush()
}

/// Answers one line, without the line's end.
pub fn answer(contract: &Contract, with_ledger: bool, text: &[u8], output: &mut impl Write) -> io::Result<()> {
    match line::read(contract, text) {
        Ok(line) => serde_json::to_writer(output, &answered(contract, with_ledger, &line)),
        Err(refused) => serde_json::to_writer(output, &Refused { id: refused.id.as_deref(), error: &refused.refusal }),
    }
    .map_err(io::Error::from)
}

fn answered<'a>(contract: &Contract, with_ledger: bool, line: &'a Line) -> Answer<'a> {
    let (tier, item, priority) = (line.tier.as_deref(), line.item.as_deref(), line.priority.as_deref());
    let ticket = Ticket { kind: line.kind, tier, item, priority, reported_at: line.reported_at };
    let replays = |as_of| Kind::ALL.map(|kind| replay(contract, kind, ticket, &line.history, as_of));
    let known = replays(line.as_of);
    let clock = |replay: &Replay<'_>| {
        let mut clock = replay.view(line.as_of)?;
        clock.ledger = with_ledger.then(|| replay.ledger(line.as_of));
        Some(clock)
    };
    // Probes may lie after `asOf`, so they are answered from the whole history.
    let whole = if line.probes.is_empty() { None } else { Some(replays(Instant::MAX)) };
    let probed = |at: Instant| {
        let clocks = whole.iter().flatten().zip(Kind::ALL);
        clocks.filter_map(|(replay, kind)| Some(ProbedClock { kind, elapsed_seconds: replay.elapsed_at(at)? })).collect()
    };
    Answer {
        id: &line.id,
        clocks: known.iter().filter_map(clock).collect(),
        probes: line.probes.iter().map(|&at| Probe { at, clocks: probed(at) }).collect(),
    }
}
