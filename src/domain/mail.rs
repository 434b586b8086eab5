//! What becomes of a mail that came.

use crate::words::closed_list;

closed_list! {
    /// Whatever it is, the mail itself is kept.
    pub enum MailOutcome {
        Ticket = "ticket": "nieuw ticket", "new ticket";
        Reply = "reply": "bericht op een ticket", "message on a ticket";
        /// The same mail again.
        Duplicate = "duplicate": "al ontvangen", "received before";
        /// A machine's: noted, never answered, never a ticket.
        Automatic = "automatic": "automatisch bericht", "automatic message";
        /// A mail of the desk was not delivered.
        Bounce = "bounce": "niet bezorgd", "bounced";
        /// It waits until the desk has looked at it.
        Quarantined = "quarantined": "apart gehouden", "kept aside";
        /// It cannot be taken in.
        Refused = "refused": "geweigerd", "refused";
    }
}
