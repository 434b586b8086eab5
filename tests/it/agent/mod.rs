//! What an agent has beside tickets to work with.

mod canned;
mod drafts;
mod followers;
mod references;
mod routing;
mod tags;
mod together;
mod views;
mod work;

use crate::support::Answer;

/// Status and code of a refusal.
fn refusal(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

/// What is wrong, as pointer and code.
fn wrong(answer: &Answer) -> Vec<(&str, &str)> {
    let errors = answer.body["errors"].as_array().into_iter().flatten();
    errors.filter_map(|error| Some((error["pointer"].as_str()?, error["code"].as_str()?))).collect()
}
