//! The audit trail: is it whole?

use clap::Subcommand;

use super::{Failed, explained, open, say};
use crate::settings::Settings;
use crate::usecases::audit;

#[derive(Subcommand)]
pub enum What {
    /// Check the whole chain, and report every line that was removed, altered, inserted or moved.
    Verify {
        /// The hash that an earlier verification or the log told, noted elsewhere: it must still be in the chain.
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
}

pub async fn verify(settings: Settings, expect: Option<String>) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    let mut faults = 0_usize;
    let told = |fault: &_| {
        faults += 1;
        super::complain(fault);
    };
    let verified = audit::verify(&app, expect.map(|hash| hash.trim().to_lowercase()), told).await.map_err(explained)?;
    let audit::Verified { head, lines, waiting } = verified;
    say(format_args!("{lines} lines; {waiting} more wait to be sealed. Note elsewhere how the chain ends:"))?;
    say(format_args!("line {} {}", head.position, head.hash))?;
    if faults == 0 { Ok(()) } else { Err(format!("the audit trail is not whole: {faults} faults").into()) }
}
