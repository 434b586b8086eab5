//! What is known of a mail's sender: people with that address, and clients with that domain.

use crate::app::App;
use crate::domain::contract::{Contract, Side};
use crate::mail::attribution::Sender;
use crate::mail::parse::Parsed;
use crate::store::{self, Reads};
use crate::usecases::Error;

pub(super) async fn look_up(app: &App, reads: &impl Reads, mail: &Parsed, contract: &Contract) -> Result<Sender, Error> {
    let Some(from) = &mail.from else { return Ok(Sender::default()) };
    let domain = from.domain();
    let agreements = store::agreements::read(reads).await?;
    let in_force = agreements.all_in_force(app.time.now());
    let mut domain_anywhere: Vec<_> = in_force.iter().flat_map(|version| clients_with(&version.contract, domain)).collect();
    domain_anywhere.sort_unstable();
    domain_anywhere.dedup();
    Ok(Sender {
        known_in: store::people::organisations_of(reads, &from.email.to_lowercase()).await?,
        domain_of: clients_with(contract, domain),
        domain_anywhere,
    })
}

/// Whether a mail comes from an address of the desk: a mailbox, the address it sends from, or a role of the supplier. Such a sender never
/// becomes a requester: the desk would confirm to itself, without end.
pub(super) fn is_ours(app: &App, mail: &Parsed, contract: &Contract) -> bool {
    let Some(from) = &mail.from else { return false };
    let is_it = |address: &str| address.eq_ignore_ascii_case(&from.email);
    let sends_from = app.settings.mail.from.parse::<lettre::message::Mailbox>().ok();
    app.settings.mailboxes.values().any(|mailbox| is_it(&mailbox.address))
        || sends_from.is_some_and(|mailbox| is_it(mailbox.email.as_ref()))
        || contract.roles.iter().filter(|role| role.side == Side::Supplier).flat_map(|role| &role.mail).any(|address| is_it(address))
}

pub(super) fn clients(contract: &Contract) -> Vec<&str> {
    contract.clients.iter().map(|client| client.organisation.as_str()).collect()
}

fn clients_with(contract: &Contract, domain: &str) -> Vec<String> {
    let with = contract.clients.iter().filter(|client| client.mail_domains.iter().any(|own| own == domain));
    with.map(|client| client.organisation.clone()).collect()
}
