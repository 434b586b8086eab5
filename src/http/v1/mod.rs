//! Version 1 of the API: one file or folder for each resource. What is under `/v1` is in these lists, and so in the document.

mod catalogue;
mod contracts;
mod document;
mod inbound;
mod obligations;
mod outbound;
mod reports;
mod sandbox;
mod tickets;

use super::operation::Operation;

/// Every operation of the API.
pub fn operations() -> Vec<Operation> {
    let operations = [
        tickets::operations(),
        inbound::operations(),
        outbound::operations(),
        obligations::operations(),
        contracts::operations(),
        reports::operations(),
        catalogue::operations(),
        sandbox::operations(),
        document::operations(),
    ];
    operations.into_iter().flatten().collect()
}
