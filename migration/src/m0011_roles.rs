//! Roles that people hold, and approvals: one table for everything that waits for them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, string, string_null, text_null, timestamp_with_time_zone as instant,
    timestamp_with_time_zone_null as instant_null, uuid, uuid_null,
};

use crate::table::{make, table, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut email = string_null("email");
        manager.alter_table(Table::alter().table("account").add_column(&mut email).to_owned()).await?;
        make(manager, tables(), &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["role_absence", "role_assignment", "approval"]).await?;
        manager.get_connection().execute_unprepared("DROP INDEX i_account_email").await?;
        manager.alter_table(Table::alter().table("account").drop_column("email").to_owned()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "approval",
            vec![
                uuid("id"),
                // What it belongs to.
                string("subject_kind"),
                uuid("subject_id"),
                big_integer("sequence"),
                string("side"),
                uuid_null("approver_id"),
                string("name"),
                text_null("evidence"),
                string("actor"),
                instant("approved_at"),
            ],
        ),
        table(
            "role_assignment",
            vec![
                uuid("id"),
                // None for a right within the desk.
                string_null("organisation"),
                string_null("contract"),
                string("kind"),
                string("role"),
                uuid("holder_id"),
                string_null("third_party"),
                instant("from_at"),
                instant_null("until_at"),
                boolean("needs_approval"),
                instant_null("approved_at"),
                uuid_null("replaces_id"),
                instant("granted_at"),
                instant("review_due_at"),
                instant_null("next_fire_at"),
            ],
        ),
        table_of(
            "role_absence",
            "assignment_id",
            "role_assignment",
            vec![
                uuid("id"),
                uuid("assignment_id"),
                string_null("organisation"),
                integer("place"),
                instant("from_at"),
                instant("until_at"),
                uuid_null("deputy_id"),
            ],
        ),
    ]
}

const STATEMENTS: [&str; 12] = [
    "CREATE UNIQUE INDEX u_approval_subject_sequence ON approval (subject_kind, subject_id, sequence)",
    // Those of amendments had a table of their own.
    "INSERT INTO approval (id, subject_kind, subject_id, sequence, side, name, evidence, actor, approved_at) \
     SELECT id, 'calendar_amendment', amendment_id, sequence, side, approved_by, evidence, actor, approved_at FROM amendment_approval",
    "DROP TABLE amendment_approval",
    "CREATE INDEX i_role_assignment_from_at_id ON role_assignment (from_at, id)",
    "CREATE INDEX i_role_assignment_organisation_from_at_id ON role_assignment (organisation, from_at, id)",
    "CREATE INDEX i_role_assignment_contract_from_at_id ON role_assignment (contract, from_at, id)",
    "CREATE INDEX i_role_assignment_kind_role ON role_assignment (kind, role)",
    "CREATE INDEX i_role_assignment_holder_id ON role_assignment (holder_id)",
    "CREATE INDEX i_role_assignment_next_fire_at ON role_assignment (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "CREATE INDEX i_role_absence_assignment_id ON role_absence (assignment_id)",
    "CREATE INDEX i_role_absence_deputy_id ON role_absence (deputy_id) WHERE deputy_id IS NOT NULL",
    "CREATE INDEX i_account_email ON account (email) WHERE email IS NOT NULL",
];
