//! The audit trail and the head of its chain. Triggers keep lines from being changed or removed by whoever has only a connection: a line
//! gets its place in the chain once, and is removed once the head says that its time was up.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, string_null, timestamp_with_time_zone as instant, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, tables(), &STATEMENTS).await?;
        let is_sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        make(manager, Vec::new(), if is_sqlite { &SQLITE } else { &POSTGRES }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["audit_head", "audit_line"]).await?;
        match manager.get_database_backend() {
            DbBackend::Sqlite => Ok(()),
            _ => {
                let connection = manager.get_connection();
                connection.execute_unprepared("DROP TRIGGER t_timekeeping ON timekeeping").await?;
                for function in ["keep_time", "keep_audit_head", "keep_audit_lines", "keep_audit", "audit_kept_since", "audit_keep_days"] {
                    connection.execute_unprepared(&format!("DROP FUNCTION {function}()")).await?;
                }
                Ok(())
            }
        }
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "audit_line",
            vec![
                uuid("id"),
                string("action"),
                string_null("object_kind"),
                string_null("object_id"),
                string("result"),
                string_null("code"),
                big_integer("count"),
                string("origin"),
                string("actor"),
                string_null("correlation"),
                instant("recorded_at"),
                big_integer_null("position"),
                string_null("hash"),
            ],
        ),
        table(
            "audit_head",
            vec![integer("id"), big_integer("position"), string("hash"), big_integer("removed_through"), string("removed_hash")],
        ),
    ]
}

const STATEMENTS: [&str; 8] = [
    "CREATE UNIQUE INDEX u_audit_line_position ON audit_line (position)",
    "CREATE INDEX i_audit_line_unsealed ON audit_line (recorded_at, id) WHERE position IS NULL",
    "CREATE INDEX i_audit_line_recorded_at_id ON audit_line (recorded_at, id)",
    "CREATE INDEX i_audit_line_actor ON audit_line (actor, recorded_at, id)",
    "CREATE INDEX i_audit_line_object ON audit_line (object_id, recorded_at, id)",
    "CREATE INDEX i_audit_line_action ON audit_line (action, recorded_at, id)",
    "CREATE INDEX i_audit_line_result ON audit_line (result, recorded_at, id) WHERE result <> 'done'",
    "INSERT INTO audit_head (id, position, hash, removed_through, removed_hash) VALUES (1, 0, \
     '0000000000000000000000000000000000000000000000000000000000000000', 0, \
     '0000000000000000000000000000000000000000000000000000000000000000')",
];

const SQLITE: [&str; 4] = [
    "CREATE TRIGGER t_audit_line_update BEFORE UPDATE ON audit_line WHEN OLD.position IS NOT NULL OR NEW.position IS NULL \
     OR NEW.id IS NOT OLD.id OR NEW.action IS NOT OLD.action OR NEW.object_kind IS NOT OLD.object_kind \
     OR NEW.object_id IS NOT OLD.object_id OR NEW.result IS NOT OLD.result OR NEW.code IS NOT OLD.code OR NEW.count IS NOT OLD.count \
     OR NEW.origin IS NOT OLD.origin OR NEW.actor IS NOT OLD.actor OR NEW.correlation IS NOT OLD.correlation \
     OR NEW.recorded_at IS NOT OLD.recorded_at BEGIN SELECT RAISE(ABORT, 'lines of the audit trail are not changed'); END",
    "CREATE TRIGGER t_audit_line_delete BEFORE DELETE ON audit_line WHEN OLD.position IS NULL \
     OR OLD.position > (SELECT removed_through FROM audit_head) \
     BEGIN SELECT RAISE(ABORT, 'lines of the audit trail are not removed'); END",
    "CREATE TRIGGER t_audit_head_update BEFORE UPDATE ON audit_head WHEN NEW.position < OLD.position \
     OR NEW.removed_through < OLD.removed_through OR NEW.removed_through > NEW.position \
     BEGIN SELECT RAISE(ABORT, 'the audit trail does not go back'); END",
    "CREATE TRIGGER t_audit_head_delete BEFORE DELETE ON audit_head \
     BEGIN SELECT RAISE(ABORT, 'the audit trail has a head'); END",
];

const POSTGRES: [&str; 9] = [
    "CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     RAISE EXCEPTION 'lines of the audit trail are not changed or removed'; END $$",
    // Replaced by what the settings say, when the database is migrated by the owner of the tables.
    "CREATE FUNCTION audit_keep_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1095'",
    "CREATE FUNCTION audit_kept_since() RETURNS timestamptz LANGUAGE sql STABLE AS $$ \
     SELECT COALESCE((SELECT now_at FROM timekeeping), now()) - make_interval(days => audit_keep_days()) $$",
    "CREATE TRIGGER t_audit_line_update BEFORE UPDATE ON audit_line FOR EACH ROW WHEN (OLD.position IS NOT NULL OR NEW.position IS NULL \
     OR (NEW.id, NEW.action, NEW.object_kind, NEW.object_id, NEW.result, NEW.code, NEW.count, NEW.origin, NEW.actor, NEW.correlation, \
     NEW.recorded_at) IS DISTINCT FROM (OLD.id, OLD.action, OLD.object_kind, OLD.object_id, OLD.result, OLD.code, OLD.count, OLD.origin, \
     OLD.actor, OLD.correlation, OLD.recorded_at)) EXECUTE FUNCTION keep_audit()",
    // A condition of a trigger cannot look into another table, so these functions do.
    "CREATE FUNCTION keep_audit_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' AND OLD.position <= (SELECT removed_through FROM audit_head) \
     AND OLD.recorded_at < audit_kept_since() THEN RETURN OLD; END IF; \
     RAISE EXCEPTION 'lines of the audit trail are not removed'; END $$; \
     CREATE TRIGGER t_audit_line_delete BEFORE DELETE ON audit_line FOR EACH ROW EXECUTE FUNCTION keep_audit_lines(); \
     CREATE TRIGGER t_audit_line_truncate BEFORE TRUNCATE ON audit_line EXECUTE FUNCTION keep_audit_lines()",
    "CREATE FUNCTION keep_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF NEW.position < OLD.position OR NEW.removed_through < OLD.removed_through OR NEW.removed_through > NEW.position OR EXISTS (\
     SELECT FROM audit_line WHERE position > OLD.removed_through AND position <= NEW.removed_through AND recorded_at >= audit_kept_since()) \
     THEN RAISE EXCEPTION 'the audit trail does not go back, and keeps its lines'; END IF; RETURN NEW; END $$; \
     CREATE TRIGGER t_audit_head_update BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION keep_audit_head()",
    "CREATE TRIGGER t_audit_head_delete BEFORE DELETE OR TRUNCATE ON audit_head EXECUTE FUNCTION keep_audit()",
    // What is removed goes by the time, so real time stays real.
    "CREATE FUNCTION keep_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF TG_OP = 'UPDATE' AND (OLD.now_at IS NULL) = (NEW.now_at IS NULL) THEN RETURN NEW; END IF; \
     IF TG_OP = 'INSERT' AND NEW.id = 1 THEN RETURN NEW; END IF; \
     RAISE EXCEPTION 'a database never changes between real and sandbox time'; END $$; \
     CREATE TRIGGER t_timekeeping BEFORE INSERT OR UPDATE OR DELETE ON timekeeping FOR EACH ROW EXECUTE FUNCTION keep_time()",
    // Everybody may make temporary tables, whose names would be found before these.
    "DO $$ DECLARE name text; BEGIN FOREACH name IN ARRAY ARRAY['audit_kept_since', 'keep_audit_lines', 'keep_audit_head', 'keep_time'] \
     LOOP EXECUTE format('ALTER FUNCTION %I() SET search_path TO %I, pg_temp', name, current_schema()); END LOOP; END $$",
];
