//! Row-level security of PostgreSQL: the lock behind `Reads::find`.
//!
//! Each transaction tells the database its scope (`row_security`), and a policy on every table with an organisation lets through only what
//! lies in it. What the desk keeps for itself is let through to its own scope alone ([`OF_THE_DESK`]), and what every caller's work needs
//! whole, to whoever has told a scope ([`SHARED`]). Without a scope nothing is seen but [`OPEN`] tables. The program connects as a role that
//! owns nothing, and `database.owner_url` is for migrating. Where it does own the tables, `FORCE` holds it to the policies all the same.
//! Only a superuser passes them by.
//!
//! Which tickets few may see is not known to the policies: that depends on more than whose rows they are.

use sea_orm::{ConnectionTrait, DbErr, Statement};
use sha2::{Digest, Sha256};

use super::tx::{Guarded, OfPerson, guarded};
use super::{Backend, Db, Reads, broken};

// As subqueries of their own, so that each is found out once for a statement and not once for a row.
const ALL: &str = "(SELECT current_setting('uurwerk.rows', true) = 'all')";
const ORGANISATIONS: &str = "(SELECT current_setting('uurwerk.rows', true) = 'organisations')";
const NAMED: &str = "(SELECT string_to_array(current_setting('uurwerk.organisations', true), E'\\n'))::text[]";
const PERSON: &str = "(SELECT nullif(current_setting('uurwerk.person', true), '')::uuid)";
const ANY: &str = "(SELECT current_setting('uurwerk.rows', true) <> '')";

/// Tables whose rows the desk alone reads and writes.
pub const OF_THE_DESK: [&str; 7] =
    ["canned_reply", "destruction", "destruction_item", "local_account", "saved_view", "search_backlog", "signing_key"];

/// Tables that are needed whole within every scope, each with why.
pub const SHARED: [(&str, &str); 5] = [
    ("calendar_amendment", "what is in force of an agreement decides the clocks of every client of it"),
    ("contract_version", "an agreement is one text for every client of it, and is shown to each as far as it serves them"),
    ("idempotency", "found by caller and key; it keeps the digest of a request and the id of what that created, no text"),
    ("routing_rule", "whoever registers a ticket, the desk's rules say which team it comes to; they are shown to the desk alone"),
    ("upload", "the ids of files on their way in, of which whoever sends one knows nothing else"),
];

/// Tables without a policy, each with why. None holds a client's rows, or what anybody wrote.
pub const OPEN: [(&str, &str); 12] = [
    ("access_state", "a version number, read by the statement that tells the scope"),
    ("audit_head", "the last position and hash of the audit trail's chain"),
    ("change_horizon", "an instant until which changes are numbered"),
    ("handler", "how far each handler of events has come"),
    ("obligation_opening", "when a contract's recurring duties are next looked at"),
    ("remains", "on SQLite: ids of what was taken out of rows, until its pages are overwritten"),
    ("sandbox_advance", "how the time of a sandbox was moved"),
    ("seaql_migrations", "which steps made the schema"),
    ("stream", "how far events are numbered"),
    ("ticket_search", "words by ticket number, found by no organisation: under a policy PostgreSQL would not use their index"),
    ("timekeeping", "which time the desk keeps"),
    ("write_trial", "random bytes, to see whether the database can be written"),
];

fn policies(name: &str) -> Vec<String> {
    let of_organisations = guarded().into_iter().flat_map(|table| of_table(name, &table));
    let of_the_desk = OF_THE_DESK.iter().map(|table| format!("CREATE POLICY {name} ON {table} USING ({ALL})"));
    let shared = SHARED.iter().map(|(table, _)| format!("CREATE POLICY {name} ON {table} USING ({ANY})"));
    of_organisations.chain(of_the_desk).chain(shared).chain(of_others(name)).collect()
}

/// Tables whose rows follow others, or that whoever does something writes and the desk alone reads.
const FOLLOWING: [&str; 3] = ["approval", "audit_line", "legal_hold"];

fn of_others(name: &str) -> [String; 5] {
    // Those of an amendment decide with it whether it is in force; the rest is seen with what it belongs to.
    let belongs_to =
        |kind: &str| format!("(subject_kind = '{kind}' AND EXISTS (SELECT 1 FROM {kind} WHERE {kind}.id = approval.subject_id))");
    let (role, redaction) = (belongs_to("role_assignment"), belongs_to("redaction"));
    let approval = format!("{ALL} OR ({ANY} AND (subject_kind = 'calendar_amendment' OR {role} OR {redaction}))");
    // Whoever removes something of a ticket is held to what was ordered of it, of its requester or of its contract.
    let held = "CASE kind WHEN 'ticket' THEN EXISTS (SELECT 1 FROM ticket WHERE ticket.id = legal_hold.subject::uuid) \
        WHEN 'person' THEN EXISTS (SELECT 1 FROM person WHERE person.id = legal_hold.subject::uuid) \
        WHEN 'contract' THEN EXISTS (SELECT 1 FROM ticket WHERE ticket.contract = legal_hold.subject) \
            OR EXISTS (SELECT 1 FROM inbound_mail WHERE inbound_mail.contract = legal_hold.subject) ELSE false END";
    [
        format!("CREATE POLICY {name} ON approval USING ({approval})"),
        format!("CREATE POLICY {name} ON legal_hold USING ({ALL})"),
        format!("CREATE POLICY {name}_read ON legal_hold FOR SELECT USING ({ANY} AND {held})"),
        format!("CREATE POLICY {name} ON audit_line USING ({ALL})"),
        format!("CREATE POLICY {name}_written ON audit_line FOR INSERT WITH CHECK ({ANY})"),
    ]
}

/// Every table that a policy guards.
fn tables() -> impl Iterator<Item = String> {
    let others = OF_THE_DESK.into_iter().chain(SHARED.into_iter().map(|(table, _)| table)).chain(FOLLOWING);
    guarded().into_iter().map(|guarded| guarded.table).chain(others.map(str::to_owned))
}

fn of_table(name: &str, guarded: &Guarded) -> Vec<String> {
    let Guarded { table, organisation, person, shows_desk } = guarded;
    let theirs = match person {
        OfPerson::Column(column) => format!("({ORGANISATIONS} OR {table}.{column} = {PERSON})"),
        OfPerson::Ticket(column) => {
            let reported = format!("SELECT 1 FROM ticket WHERE ticket.id = {table}.{column} AND ticket.requester_id = {PERSON}");
            format!("({ORGANISATIONS} OR EXISTS ({reported}))")
        }
        // Whoever is named for the first time is recorded, also by somebody who sees no one else.
        OfPerson::Own(_) | OfPerson::Everybody => "true".to_owned(),
        OfPerson::Nobody => ORGANISATIONS.to_owned(),
    };
    let within = format!("{table}.{organisation} = ANY ({NAMED})");
    // Somebody may report a ticket for a colleague, and not see it afterwards: what is new stays within the organisation.
    let all = format!("CREATE POLICY {name} ON {table} USING ({ALL} OR ({within} AND {theirs})) WITH CHECK ({ALL} OR {within})");
    let desks = format!("CREATE POLICY {name}_desk ON {table} FOR SELECT USING ({table}.{organisation} IS NULL AND {ANY})");
    if *shows_desk { vec![all, desks] } else { vec![all] }
}

/// The policies are named after their text, so that it shows whether they are those of this program.
fn name() -> String {
    let digest = hex::encode(Sha256::digest(policies("").concat()));
    format!("uurwerk_{}", &digest[..12])
}

/// Makes the policies, in place of those that are there.
pub(super) async fn install(reads: &impl Reads) -> Result<(), DbErr> {
    let connection = reads.connection();
    let old = "SELECT format('DROP POLICY %I ON %I', policyname, tablename) AS sql FROM pg_policies WHERE schemaname = current_schema()";
    for row in connection.query_all_raw(Statement::from_string(Backend::Postgres.into(), old)).await? {
        connection.execute_unprepared(&row.try_get::<String>("", "sql")?).await?;
    }
    for table in tables() {
        let guard = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
        connection.execute_unprepared(&guard).await?;
    }
    for policy in policies(&name()) {
        connection.execute_unprepared(&policy).await?;
    }
    Ok(())
}

/// Whether every table has the policies of this program, and no others.
pub(super) async fn are_installed(db: &Db) -> Result<bool, DbErr> {
    let sql = "SELECT COUNT(*) AS found, \
        COUNT(*) FILTER (WHERE starts_with(policyname::text, $1) AND relrowsecurity AND relforcerowsecurity) AS ours \
        FROM pg_policies JOIN pg_class ON relname = tablename AND relnamespace = current_schema()::regnamespace \
        WHERE schemaname = current_schema()";
    let asked = Statement::from_sql_and_values(Backend::Postgres.into(), sql, [name().into()]);
    let row = db.bare_connection().query_one_raw(asked).await?.ok_or_else(|| broken("a count"))?;
    let (found, ours): (i64, i64) = (row.try_get("", "found")?, row.try_get("", "ours")?);
    Ok(found == ours && usize::try_from(ours).ok() == Some(policies("").len()))
}

/// Lets a role read and write every table there is.
pub(super) async fn grant(reads: &impl Reads, role: &str) -> Result<(), DbErr> {
    let role = role.replace('\'', "''");
    for grant in [
        "USAGE ON SCHEMA %1$I",
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %1$I",
        "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %1$I",
    ] {
        let sql = format!("DO $do$ BEGIN EXECUTE format('GRANT {grant} TO %2$I', current_schema(), '{role}'); END $do$");
        reads.connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Why the database does not hold this program to the policies, or only as long as the program wants; `None` when all is well.
pub async fn weakness(db: &Db) -> Result<Option<&'static str>, DbErr> {
    if db.backend() == Backend::Sqlite {
        return Ok(None);
    }
    let sql = "SELECT rolsuper OR rolbypassrls AS passes, \
        EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('ticket') AND pg_has_role(pg_roles.oid, relowner, 'MEMBER')) AS owns \
        FROM pg_roles WHERE rolname = current_user";
    let row = db.bare_connection().query_one_raw(Statement::from_string(Backend::Postgres.into(), sql)).await?;
    let row = row.ok_or_else(|| broken("a role"))?;
    let (passes, owns): (bool, bool) = (row.try_get("", "passes")?, row.try_get("", "owns")?);
    Ok(if passes {
        Some("is a superuser or may bypass row-level security, so the database does not keep clients' rows apart")
    } else if owns {
        Some("owns the tables, and could lift row-level security: give the owner a role of its own in database.owner_url")
    } else {
        None
    })
}
