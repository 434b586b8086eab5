//! The rows that the store finds for a clearance, held against what the domain says it sees.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;
use uurwerk::domain::permission::{Clearance, Role, Roles, Rows, Scope};
use uurwerk::domain::restriction::{Flags, Restricted};
use uurwerk::domain::ticket::{Actor, Ticket};
use uurwerk::store;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(what_is_found_is_what_is_seen_for_every_combination_of_flags_parts_and_roles);

const ME: Uuid = Uuid::from_u128(0x018f_4c1e_7a3b_7c00_8000_0000_0000_0001);

/// A ticket as it decides who sees it.
#[derive(Debug, Clone)]
struct Made {
    id: Uuid,
    flags: Flags,
    requester_id: Option<Uuid>,
    assignee: Option<String>,
    registered_by: String,
}

impl Made {
    fn restricted(&self) -> Restricted<'_> {
        Restricted {
            flags: self.flags,
            organisation: "ipo",
            requester_id: self.requester_id,
            assignee: self.assignee.as_deref(),
            registered_by: &self.registered_by,
        }
    }
}

/// Every combination of flags with mine, another's and nobody's part in it.
fn combinations() -> Vec<Made> {
    let mut all = Vec::new();
    let other = Uuid::from_u128(7);
    for flags in Flags::all_combinations() {
        for requester_id in [None, Some(ME), Some(other)] {
            for assignee in [None, Some(ME.to_string()), Some("jan".to_owned())] {
                for registered_by in [format!("desk:{ME}"), format!("client:{ME}"), "system".to_owned()] {
                    all.push(Made { id: Uuid::nil(), flags, requester_id, assignee: assignee.clone(), registered_by });
                }
            }
        }
    }
    all
}

/// Registers a ticket for each, and makes its row so.
async fn made(desk: &Desk) -> Vec<Made> {
    let mut all = combinations();
    let items: Vec<_> = all.iter().map(|_| incident("p3")).collect();
    let answer = desk.post("/v1/tickets/_bulk", &json!({ "items": items })).await;
    let connection = desk.behind().await;
    for (one, item) in all.iter_mut().zip(answer.body["items"].as_array().expect("results")) {
        one.id = item["ticket"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let sql = "UPDATE ticket SET flags = $1, requester_id = $2, assignee = $3, registered_by = $4 WHERE id = $5";
        let values = [
            i32::from(one.flags).into(),
            one.requester_id.into(),
            one.assignee.clone().into(),
            one.registered_by.clone().into(),
            one.id.into(),
        ];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        assert_eq!(connection.execute_raw(statement).await.expect("a row").rows_affected(), 1);
    }
    all
}

async fn what_is_found_is_what_is_seen_for_every_combination_of_flags_parts_and_roles(desk: &Desk) {
    let all = made(desk).await;
    let ids: Vec<_> = all.iter().map(|one| one.id).collect();
    let (mine, nobody) = (ME.to_string(), "018f4c1e-7a3b-7c00-8000-0000000000ff".to_owned());
    let roles: [&[Role]; 6] = [
        &[Role::AgentLine1],
        &[Role::SecurityOfficer],
        &[Role::PrivacyOfficer],
        &[Role::ServiceManager, Role::PrivacyOfficer],
        &[Role::ClientSecurityOfficer],
        &[Role::ServiceManager, Role::SecurityOfficer, Role::PrivacyOfficer],
    ];
    for roles in roles {
        for actor in [Actor::Desk(mine.clone()), Actor::Client(mine.clone()), Actor::Integration(mine.clone()), Actor::Desk(nobody.clone())]
        {
            let clearance = Clearance::of(roles.iter().copied().collect::<Roles>(), &actor);
            let expected: BTreeSet<_> = all.iter().filter(|one| clearance.sees(one.restricted())).map(|one| one.id).collect();
            let view = desk.app.db.view(Scope { rows: Rows::All, clearance });
            let tickets = store::tickets::with_ids(&view, &ids).await.expect("tickets");
            assert_eq!(tickets.iter().map(|one| one.id).collect::<BTreeSet<_>>(), expected, "{roles:?} {actor:?}");
            // What belongs to a ticket is found where the ticket is.
            let histories = store::events::histories::<Ticket>(&view, &ids).await.expect("events");
            assert_eq!(histories.into_keys().collect::<BTreeSet<_>>(), expected, "{roles:?} {actor:?}");
        }
    }
}
