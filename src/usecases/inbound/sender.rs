//! What is known of who wrote a mail: people with the address, and clients with its domain.

use crate::app::App;
use crate::domain::contract::Contract;
use crate::mail::attribution::Sender;
use crate::mail::parse::Parsed;
use crate::store::{self, Reads};
use crate::usecases::Error;

/// What is known of a mail's sender, for a mail under this contract.
pub(super) async fn look_up(app: &App, reads: &impl Reads, mail: &Parsed, contract: Option<&Contract>) -> Result<Sender, Error> {
    let Some(from) = &mail.from else { return Ok(Sender::default()) };
    let domain = from.domain();
    let mut domain_anywhere: Vec<_> = app.contracts().iter().flat_map(|version| clients_with(&version.contract, domain)).collect();
    domain_anywhere.sort_unstable();
    domain_anywhere.dedup();
    Ok(Sender {
        known_in: store::people::organisations_of(reads, &from.email.to_lowercase()).await?,
        domain_of: contract.map(|contract| clients_with(contract, domain)).unwrap_or_default(),
        domain_anywhere,
    })
}

/// The clients of a contract.
pub(super) fn clients(contract: &Contract) -> Vec<&str> {
    contract.clients.iter().map(|client| client.organisation.as_str()).collect()
}

fn clients_with(contract: &Contract, domain: &str) -> Vec<String> {
    let with = contract.clients.iter().filter(|client| client.mail_domains.iter().any(|own| own == domain));
    with.map(|client| client.organisation.clone()).collect()
}
