//! Mail as the desk speaks of it: what becomes of one that came, and what one that leaves is.

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

closed_list! {
    /// The messages that the desk writes.
    pub enum MailKind {
        Confirmation = "confirmation": "bevestiging", "confirmation";
        Status = "status": "status", "status";
        Solved = "solved": "oplossing", "solution";
        Reply = "reply": "antwoord", "reply";
        Escalation = "escalation": "escalatie", "escalation";
        EscalationProposed = "escalation-proposed": "escalatievoorstel", "proposed escalation";
        ObligationReminder = "obligation-reminder": "herinnering aan verplichting", "reminder of an obligation";
        ObligationLate = "obligation-late": "verplichting te laat", "obligation late";
    }
}
