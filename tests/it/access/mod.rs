//! Who comes in: tokens that are issued, listed and revoked; and accounts that sign in.

mod accounts;
mod tokens;
