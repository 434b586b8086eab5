//! What the desk promises, in one binary.

mod time;
