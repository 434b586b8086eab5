//! map

pub mod contracts;
pub mod domain;
pub mod simulate;
