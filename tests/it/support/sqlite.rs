//! Embedded databases with all steps carried out.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use uurwerk::cli;
use uurwerk::settings::Settings;

/// Makes a database in a folder; its address for a desk. The steps are carried out once and copied, since they take longer than most tests.
pub fn migrated_database(folder: &Path) -> String {
    static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();
    let path = folder.join("desk.db");
    std::fs::write(&path, MIGRATED.get_or_init(migrated)).expect("a database");
    address(&path)
}

fn address(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn migrated() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("desk.db");
    let variables = [
        ("UURWERK_TIME", "sandbox".to_owned()),
        ("UURWERK_SANDBOX_START", "2026-03-02T08:00:00+01:00".to_owned()),
        ("UURWERK_DATABASE_URL", address(&path)),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::from_parts(None, variables.into_iter()).expect("settings");
    let migrate = || actix_web::rt::System::new().block_on(cli::migrated_by_owner(&settings)).expect("migrations");
    // A thread of its own: whoever comes first is in the middle of a test.
    std::thread::scope(|scope| scope.spawn(migrate).join()).expect("migrations");
    // Its connections are closed behind it, and with the last the journal goes into the file.
    let journal = folder.path().join("desk.db-wal");
    for _ in 0..600 {
        if !journal.exists() {
            return std::fs::read(&path).expect("a database");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the migrated database is not closed")
}
