//! Version 1 of the API: one file or folder for each resource.

pub mod catalogue;
pub mod contracts;
pub mod desk;
pub mod inbound;
pub mod obligations;
pub mod outbound;
pub mod tickets;

use super::operation::Operation;

/// Every operation of the API.
pub fn operations() -> Vec<Operation> {
    tickets::operations()
}
