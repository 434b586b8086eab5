//! What the desk promises, in one binary.

mod contracts;
mod simulate;
mod time;
