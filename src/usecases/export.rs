//! Everything the desk holds of one person, as one JSON document that is written while it is read, so that its length costs no memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Error, Stamp, audit};
use crate::app::App;
use crate::domain::audit::Object;
use crate::domain::contract::Side;
use crate::domain::former::{Former, Known};
use crate::domain::permission::concerned_by;
use crate::domain::restriction::Flags;
use crate::store;
use crate::store::export::Section;

/// Rows read at once.
const PAGE: u64 = 200;

/// Tickets that few may see are given to whoever may see them: of the rest it is said how many there are, and to whom they are open, so that
/// nobody takes the file for everything.
///
/// That it was exported, and by whom, is on record before anything of it is given; and so is each ticket that few may see before the page it
/// is on.
pub async fn export(app: Arc<App>, stamp: &Stamp, person: Uuid) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Error> {
    let scope = stamp.scope.clone();
    let view = app.db.view(scope.clone());
    let person = match store::people::find(&view, &[person]).await?.pop() {
        Some(person) => person,
        None => store::desk_people::find(&view, person).await?.ok_or(Error::NotFound("person"))?,
    };
    let known = store::former::known(&view, person).await?;
    drop(view);
    let person = &known.person;
    stamp.record_export(&app, &Object::of("person", person.id)).await?;
    let act = stamp.act();
    let own = json!({ "id": person.id, "organisation": (!person.is_of_the_desk()).then_some(&person.organisation), "name": person.name, "email": person.address(),
        "phone": person.phone, "formerly": known.formerly.iter().map(former).collect::<Vec<_>>() });
    let all = app.db.view(scope.with_all_tickets());
    let withheld = store::export::withheld(&all, &known, &scope.seen().clearance).await?;
    let withheld: Vec<_> = withheld.into_iter().map(shown_withheld).collect();
    let begin = format!("{{\"person\":{own},\"exportedAt\":\"{}\",\"withheld\":{}", app.time.now(), json!(withheld));
    let writing = Writing { known, text: begin, place: Some((0, Uuid::nil())), is_begun: false };
    Ok(stream::try_unfold((app, scope, act, writing), |(app, scope, act, mut writing)| async move {
        let page = writing.next(&app.db.view(scope.clone())).await?;
        audit::record_reads(&app, &scope, &act).await?;
        Ok(page.map(|page| (page, (app, scope, act, writing))))
    }))
}

fn former(one: &Former) -> Value {
    json!({ "name": one.name, "email": one.email, "until": one.until })
}

/// Tickets that whoever exports may not see: how many, and the roles of the desk of which one opens them. Who has such a role beside the right
/// to export is given them as well.
fn shown_withheld((flags, tickets): (Flags, usize)) -> Value {
    let opened: BTreeSet<_> =
        flags.iter().flat_map(concerned_by).filter(|role| role.side() == Side::Supplier).map(|role| role.as_str()).collect();
    json!({ "tickets": tickets, "openTo": opened })
}

struct Writing {
    known: Known,
    /// Written, and not handed out.
    text: String,
    /// The section, by its place in the list, and the last row of it; `None` at the end.
    place: Option<(usize, Uuid)>,
    /// Whether the section has a row yet.
    is_begun: bool,
}

impl Writing {
    async fn next(&mut self, view: &store::View) -> Result<Option<Bytes>, Error> {
        let Some((at, after)) = self.place else { return Ok(None) };
        let Some(section) = Section::ALL.get(at) else {
            self.place = None;
            self.text.push('}');
            return Ok(Some(std::mem::take(&mut self.text).into()));
        };
        if after.is_nil() {
            self.text.push_str(",\"");
            self.text.push_str(section.key());
            self.text.push_str("\":[");
            self.is_begun = false;
        }
        let rows = store::export::page(view, &self.known, *section, after, PAGE).await?;
        let last = rows.last().map(|(id, _)| *id);
        for (_, row) in &rows {
            if self.is_begun {
                self.text.push(',');
            }
            self.is_begun = true;
            self.text.push_str(&row.to_string());
        }
        self.place = match last {
            Some(last) if rows.len() as u64 == PAGE => Some((at, last)),
            _ => {
                self.text.push(']');
                Some((at + 1, Uuid::nil()))
            }
        };
        Ok(Some(std::mem::take(&mut self.text).into()))
    }
}
