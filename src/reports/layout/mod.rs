//! What the desk reports, as documents in Dutch: one file a document, each a function of what it shows.
//!
//! A document adds only words and column totals to the figures. What it leaves out for the reader's sake is zero or absent in the
//! figures.

pub mod agreement;
pub mod keys;
mod of_tickets;
mod people;
pub mod service_management;
mod terms;
#[cfg(test)]
mod tests;
pub mod what_if;
