//! The two parties to an agreement.

use crate::words::closed_list;

closed_list! {
    /// Which of the two parties.
    pub enum Side {
        Client = "client": "opdrachtgever", "client";
        Supplier = "supplier": "opdrachtnemer", "supplier";
    }
}
