//! The disk and the database fail in every way a machine can make them: what was acknowledged is kept, what was not is said to
//! be tried again, and the desk recovers by itself.

mod disk;
mod injected;
mod locks;
mod process;
mod server;
