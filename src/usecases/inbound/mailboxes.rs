//! Mailboxes that no ticket can come of, so that whoever runs the desk hears of them before somebody writes to one.

use crate::app::App;
use crate::store;
use crate::usecases::Error;

/// Each with why: settings and contracts come from different hands, and mail to it is kept aside, of which its sender hears nothing.
pub async fn without_tickets(app: &App) -> Result<Vec<(&str, String)>, Error> {
    let agreements = store::agreements::read(&app.db.view(store::Scope::ALL)).await?;
    let why = |mailbox: &crate::settings::Mailbox| {
        let newest = agreements.versions_of(&mailbox.contract).last();
        match newest.map(|version| version.contract.has_type(mailbox.default_type)) {
            Some(true) => None,
            Some(false) => Some(format!("contract {} has no tickets of the type {}", mailbox.contract, mailbox.default_type)),
            None => Some(format!("there is no contract {}", mailbox.contract)),
        }
    };
    let named = app.settings.mailboxes.iter();
    Ok(named.filter_map(|(name, mailbox)| Some((name.as_str(), why(mailbox)?))).collect())
}
