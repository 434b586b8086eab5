//! What the desk reports, as documents in Dutch: one file a document, each a function of what it shows.
//!
//! A document adds nothing to the figures but words and totals of columns. What is left out for the reader's sake is zero or
//! absent in the figures.

pub mod agreement;
pub mod keys;
pub mod service_management;
mod terms;
#[cfg(test)]
mod tests;
pub mod what_if;
