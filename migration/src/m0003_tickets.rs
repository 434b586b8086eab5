//! Tickets, and what is kept beside each: clocks, references in other systems, levels of ladders, messages, parts, and the words to find it by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, json_binary, string, string_null, text, timestamp_with_time_zone as instant,
    timestamp_with_time_zone_null as instant_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{make, table, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, std::iter::once(ticket()).chain(beside()).collect(), &INDEXES).await?;
        // The words are folded and separated before they are stored, so that both databases find the same: SQLite's tokenizer only splits
        // at spaces. On SQLite the number comes from the row itself.
        let own: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "CREATE SEQUENCE ticket_number START 1001",
                "CREATE TABLE ticket_search (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
                "CREATE INDEX i_ticket_search_words ON ticket_search USING GIN (words)",
            ],
            _ => &["CREATE VIRTUAL TABLE ticket_search USING fts5(words, content = '', contentless_delete = 1, detail = none, \
                 tokenize = 'ascii')"],
        };
        make(manager, Vec::new(), own).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["ticket_search", "ticket_part", "message", "escalation", "external_reference", "clock", "ticket"]).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => make(manager, Vec::new(), &["DROP SEQUENCE ticket_number"]).await,
            _ => Ok(()),
        }
    }
}

fn ticket() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        big_integer("number").unique_key().to_owned(),
        string("organisation"),
        string("contract"),
        uuid("contract_version_id"),
        string("kind"),
        // Its number keeps this prefix when its type changes.
        string("registered_as"),
        string_null("tier"),
        string("title"),
        text("description"),
        string("phase"),
        string("state"),
        string_null("waiting_cause"),
        string_null("priority"),
        string_null("proposed_priority"),
        string_null("priority_motivation"),
        string("channel"),
        uuid_null("requester_id"),
        string_null("assignee"),
        string_null("team"),
        instant("opened_at"),
        instant("recorded_at"),
        instant("updated_at"),
        instant_null("resolved_at"),
        instant_null("closed_at"),
        uuid_null("emergency_for_id"),
        integer("version"),
        // The version as a client sees it, who does not see every change of the desk.
        integer("client_version"),
        instant("client_updated_at"),
        // From here on, an index of its history.
        instant_null("next_due_at"),
        boolean("next_due_provisional"),
        instant_null("next_fire_at"),
        integer("priority_rank"),
        big_integer("due_order"),
        boolean("is_open"),
        boolean("breached"),
        boolean("goes_first"),
    ];
    table("ticket", columns)
}

fn beside() -> Vec<TableCreateStatement> {
    let of_ticket = |name, columns: Vec<ColumnDef>| {
        let own = vec![uuid("id"), uuid("ticket_id"), string("organisation")];
        table_of(name, "ticket_id", "ticket", own.into_iter().chain(columns).collect())
    };
    vec![
        of_ticket(
            "clock",
            vec![
                string("contract"),
                string("kind"),
                string("state"),
                string("calendar"),
                string_null("priority"),
                string_null("tier"),
                instant("opened_at"),
                instant_null("started_at"),
                instant_null("stopped_at"),
                instant_null("due_at"),
                big_integer_null("elapsed_seconds"),
                big_integer_null("held_seconds"),
                json_binary("goals"),
            ],
        ),
        of_ticket("external_reference", vec![string("system"), string("reference")]),
        of_ticket("escalation", vec![string("ladder"), integer("level"), instant("level_since_at")]),
        of_ticket(
            "message",
            vec![
                string("visibility"),
                string("author"),
                uuid_null("person_id"),
                text("body"),
                instant("occurred_at"),
                instant("recorded_at"),
            ],
        ),
        of_ticket("ticket_part", vec![string("part"), integer("version"), string("author"), instant("written_at"), json_binary("content")]),
    ]
}

/// Open work is small compared to history, so most indexes of tickets only hold open ones.
const INDEXES: [&str; 28] = [
    "CREATE INDEX i_ticket_organisation_opened_at_id ON ticket (organisation, opened_at, id)",
    "CREATE INDEX i_ticket_opened_at_id ON ticket (opened_at, id)",
    "CREATE INDEX i_ticket_state_opened_at_id ON ticket (state, opened_at, id)",
    "CREATE INDEX i_ticket_contract_opened_at ON ticket (contract, opened_at)",
    // What a report of a past month may count: the tickets still open, and those touched since the month began.
    "CREATE INDEX i_ticket_contract_closed_at ON ticket (contract, closed_at)",
    "CREATE INDEX i_ticket_contract_updated_at ON ticket (contract, updated_at)",
    "CREATE INDEX i_ticket_next_fire_at ON ticket (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "CREATE INDEX i_ticket_open_newest ON ticket (opened_at, id) WHERE is_open",
    "CREATE INDEX i_ticket_open_newest_of_organisation ON ticket (organisation, opened_at, id) WHERE is_open",
    "CREATE INDEX i_ticket_open_newest_of_type ON ticket (kind, opened_at, id) WHERE is_open",
    "CREATE INDEX i_ticket_queue ON ticket (priority_rank, due_order, id) WHERE is_open",
    "CREATE INDEX i_ticket_queue_of_contract ON ticket (contract, priority_rank, due_order, id) WHERE is_open",
    "CREATE INDEX i_ticket_queue_of_assignee ON ticket (assignee, priority_rank, due_order, id) WHERE is_open",
    "CREATE INDEX i_ticket_queue_of_team ON ticket (team, priority_rank, due_order, id) WHERE is_open",
    "CREATE INDEX i_ticket_next_due ON ticket (due_order, id)",
    "CREATE INDEX i_ticket_goes_first ON ticket (opened_at, id) WHERE goes_first",
    "CREATE INDEX i_ticket_breached ON ticket (opened_at, id) WHERE breached",
    "CREATE INDEX i_ticket_assignee ON ticket (assignee, opened_at, id) WHERE assignee IS NOT NULL",
    "CREATE INDEX i_ticket_requester ON ticket (requester_id, opened_at, id) WHERE requester_id IS NOT NULL",
    "CREATE INDEX i_ticket_updated ON ticket (updated_at, id)",
    "CREATE INDEX i_ticket_client_updated ON ticket (organisation, client_updated_at, id)",
    "CREATE UNIQUE INDEX u_clock_ticket_id_kind ON clock (ticket_id, kind)",
    "CREATE INDEX i_clock_contract_stopped_at ON clock (contract, stopped_at)",
    "CREATE UNIQUE INDEX u_external_reference_organisation_system_reference ON external_reference (organisation, system, reference)",
    "CREATE INDEX i_external_reference_ticket_id ON external_reference (ticket_id)",
    "CREATE UNIQUE INDEX u_escalation_ticket_id_ladder ON escalation (ticket_id, ladder)",
    "CREATE INDEX i_message_ticket_id_occurred_at ON message (ticket_id, occurred_at)",
    "CREATE UNIQUE INDEX u_ticket_part_ticket_id_part_version ON ticket_part (ticket_id, part, version)",
];
