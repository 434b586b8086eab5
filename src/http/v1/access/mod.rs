//! Who may come in: access tokens, those that are issued to systems and people, and local accounts.

mod accounts;
mod sign_in;
mod sign_out;
mod tokens;

use crate::http::body::Body;
use crate::http::operation::{Operation, Tag};
use crate::usecases::{FieldCode, one_of};
use crate::words::ClosedList;

pub fn operations() -> Vec<Operation> {
    let operations = [sign_in::operations(), sign_out::operations(), tokens::operations(), accounts::operations()];
    operations.into_iter().flatten().map(|operation| operation.tag(Tag::Access)).collect()
}

/// The codes that a field lists; refused together where one is unknown.
fn coded<T, L: ClosedList>(body: &mut Body<T>, field: &str, sent: Option<Vec<String>>) -> Option<Vec<L>> {
    let sent = sent?;
    let codes: Vec<L> = sent.iter().filter_map(|code| L::of_code(code)).collect();
    if codes.len() < sent.len() {
        body.refuse(field, FieldCode::UnknownValue, one_of(L::CODES.iter().copied()));
    }
    Some(codes)
}
