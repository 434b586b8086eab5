//! Tickets with their requester, external references, tags and the sum of the work on them, all in one statement. A statement's round trip is most of what a read costs, so
//! three statements would cost nearly three times as much.

use chrono::{DateTime, Utc};
use entity::{person, ticket};
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, JoinType, QueryFilter, QueryResult, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::tickets::{addressed, to_domain};
use super::{Reads, broken, instant};
use crate::domain::person::Person;
use crate::domain::ticket::{DeskFacts, ExternalReference, Overview, TicketRef};

pub(super) struct Row {
    pub ticket: ticket::Model,
    requester: Option<Person>,
    references: Vec<ExternalReference>,
    desk: DeskFacts,
}

impl Row {
    pub fn into_overview(self, reads: &impl Reads) -> Result<Overview, DbErr> {
        let Self { ticket, requester, references, desk } = self;
        Ok(Overview { ticket: to_domain(reads, ticket)?, requester, references, desk: Some(desk), assignee_name: None, merged_into: None })
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let ticket = ticket::Model::from_query_result(row, "")?;
        let name: Option<String> = row.try_get("", NAME)?;
        let requester = match (name, ticket.requester_id) {
            (Some(name), Some(id)) => Some(Person {
                id,
                organisation: ticket.organisation.clone(),
                name,
                email: row.try_get("", EMAIL)?,
                phone: row.try_get("", PHONE)?,
                is_shared: row.try_get("", IS_SHARED)?,
                is_active: row.try_get::<Option<DateTime<Utc>>>("", LEFT_AT)?.is_none(),
                is_stranger: row.try_get("", IS_STRANGER)?,
                bounced_at: row.try_get::<Option<DateTime<Utc>>>("", BOUNCED_AT)?.map(instant),
            }),
            _ => None,
        };
        let references: Option<String> = row.try_get("", REFERENCES)?;
        let references: Vec<(String, String)> =
            references.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list)).map_err(|_unreadable| broken("external references"))?;
        let references = references.into_iter().map(|(system, reference)| ExternalReference { system, reference }).collect();
        let tags: Option<String> = row.try_get("", TAGS)?;
        let tags = tags.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list)).map_err(|_unreadable| broken("tags"))?;
        let desk = DeskFacts { tags, worked_minutes: row.try_get("", WORKED)? };
        Ok(Self { ticket, requester, references, desk })
    }
}

const NAME: &str = "requester_name";
const EMAIL: &str = "requester_email";
const PHONE: &str = "requester_phone";
const IS_SHARED: &str = "requester_is_shared";
const LEFT_AT: &str = "requester_left_at";
const IS_STRANGER: &str = "requester_is_stranger";
const BOUNCED_AT: &str = "requester_bounced_at";
const REFERENCES: &str = "reference_list";
const TAGS: &str = "tag_list";
const WORKED: &str = "worked_minutes";
const WORK: &str = "(SELECT COALESCE(SUM(work_log.minutes), 0) FROM work_log WHERE work_log.ticket_id = ticket.id)";

/// `None` outside the scope, too.
pub async fn find(reads: &impl Reads, ticket: TicketRef) -> Result<Option<Overview>, DbErr> {
    let found = rows(reads, reads.find::<ticket::Entity>().filter(addressed(ticket)), None).await?.pop();
    found.map(|row| row.into_overview(reads)).transpose()
}

/// In no particular order.
pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Overview>, DbErr> {
    let rows = rows(reads, reads.find::<ticket::Entity>().filter(ticket::Column::Id.is_in(ids.iter().copied())), None).await?;
    rows.into_iter().map(|row| row.into_overview(reads)).collect()
}

/// The overviews of the tickets that a query finds, at most so many. Requester and references belong to the ticket's organisation, so the
/// query's scope covers them.
pub(super) async fn rows(reads: &impl Reads, tickets: Select<ticket::Entity>, most: Option<u64>) -> Result<Vec<Row>, DbErr> {
    let connection = reads.connection();
    let of_requester = |column: person::Column| Expr::col((person::Entity, column).into_column_ref());
    let theirs = of_requester(person::Column::Id)
        .eq(Expr::col((ticket::Entity, ticket::Column::RequesterId)))
        .and(of_requester(person::Column::Organisation).eq(Expr::col((ticket::Entity, ticket::Column::Organisation))));
    let (list, tags) = match connection.get_database_backend() {
        sea_orm::DbBackend::Postgres => (
            "CAST(json_agg(json_build_array(called.system, called.reference) ORDER BY called.id) AS text)",
            "CAST(json_agg(tagged.tag ORDER BY tagged.tag) AS text)",
        ),
        _ => (
            "json_group_array(json_array(called.system, called.reference) ORDER BY called.id)",
            "json_group_array(tagged.tag ORDER BY tagged.tag)",
        ),
    };
    let list = format!("(SELECT {list} FROM external_reference AS called WHERE called.ticket_id = ticket.id)");
    let tags = format!("(SELECT {tags} FROM ticket_tag AS tagged WHERE tagged.ticket_id = ticket.id)");
    let mut query = tickets
        .expr_as(of_requester(person::Column::Name), NAME)
        .expr_as(of_requester(person::Column::Email), EMAIL)
        .expr_as(of_requester(person::Column::Phone), PHONE)
        .expr_as(of_requester(person::Column::IsShared), IS_SHARED)
        .expr_as(of_requester(person::Column::LeftAt), LEFT_AT)
        .expr_as(of_requester(person::Column::IsStranger), IS_STRANGER)
        .expr_as(of_requester(person::Column::BouncedAt), BOUNCED_AT)
        .expr_as(Expr::cust(list), REFERENCES)
        .expr_as(Expr::cust(tags), TAGS)
        .expr_as(Expr::cust(WORK), WORKED)
        .into_query();
    query.join(JoinType::LeftJoin, person::Entity, theirs);
    let mut statement = connection.get_database_backend().build(&query);
    if let Some(most) = most {
        // In the text and not as a value: of a limit that it does not know PostgreSQL expects the worst, and so plans anew for every page,
        // which takes longer than reading it.
        statement.sql.extend([" LIMIT ", &most.to_string()]);
    }
    connection.query_all_raw(statement).await?.iter().map(Row::read).collect()
}
