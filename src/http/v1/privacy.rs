//! What the privacy officer does: export a person, erase one, and hold on to what must be kept.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{ErasePeople, ExportPeople, PlaceHolds, ReadPrivacy};
use crate::domain::privacy::{self, HoldSubject};
use crate::http::answer::{CreatedAt, Json, Paged, Streamed};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::download::{POLICY, disposition};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::incoming::BYTES;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Newest, Page};
use crate::http::path::{ErasureId, HoldId, Path, PersonId};
use crate::http::query::Query;
use crate::http::shapes::{Erasure, ErasureInput, ErasurePage, LegalHold, LegalHoldInput, LegalHoldLiftInput, LegalHoldPage};
use crate::usecases::actors::Actors;
use crate::usecases::holds::NewHold;
use crate::usecases::{erasures, export, holds};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/people/{person}/export", export_person).id("getPersonExport").describe(
            "Gives everything the desk holds of a person.",
            "A JSON document: their row, ways in, tickets they reported, what they wrote, files they added, mails from and to them, and\n\
             what they did; also from when their name or address was another (`formerly`). Tickets that few may see are in it as far as\n\
             whoever asks may see them: `withheld` says how many are not, and the roles of which one opens them. Somebody who has that\n\
             role too exports everything. The file is written while it is sent.",
        ),
        get("/erasures", list_erasures).id("listErasures").describe(
            "Shows a page of the persons that were erased.",
            "By their ids. Whoever puts a backup back erases these again.",
        ),
        post("/erasures", erase).id("createErasure").refuses(409).describe(
            "Erases a person.",
            "Name, address and number are taken out of their row; sender, subject and content out of mails from them, address and text out\n\
             of mails to them; their ways in are ended. From then on they are called `verwijderde persoon`. Tickets, histories and figures\n\
             stay. Texts on tickets stay too: what names somebody there is redacted apart. A legal hold on them, on a ticket in which they\n\
             have a part, on whoever reported that, or on a contract under which they have a part in anything is a 409.",
        ),
        get("/erasures/{erasure}", show_erasure).id("getErasure").describe("Shows the record of an erasure.", "It names the person by id."),
        get("/legal-holds", list_holds)
            .id("listLegalHolds")
            .describe(
                "Shows a page of the legal holds, newest first.",
                "Those that were lifted, too. One on a ticket that few may see is there for those few.",
            ),
        post("/legal-holds", place).id("createLegalHold").refuses(409).describe(
            "Places a legal hold.",
            "What stands under it is neither erased, redacted nor destroyed until it is lifted.",
        ),
        get("/legal-holds/{hold}", show_hold).id("getLegalHold").describe("Shows a legal hold.", "And by whom it was lifted."),
        post("/legal-holds/{hold}/lifts", lift).id("createLegalHoldLift").refuses(409).describe(
            "Lifts a legal hold.",
            "The record of it stays.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Privacy)).collect()
}

async fn export_person(app: Data<App>, caller: May<ExportPeople>, Path(PersonId(id)): Path<PersonId>) -> Result<Streamed, Failure> {
    let stamp = caller.stamp(&app);
    let bytes = export::export(app.into_inner(), &stamp, id).await?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, BYTES))
        .insert_header(disposition(&format!("persoon-{id}.json")))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    Ok(Streamed(response.streaming(bytes)))
}

async fn erase(
    app: Data<App>,
    caller: May<ErasePeople>,
    key: IdempotencyKey,
    body: Body<ErasureInput>,
) -> Result<CreatedAt<Erasure>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ErasureInput { person, reason } = body.value;
    let erasure = erasures::erase(&app, &stamp, person, &reason.unwrap_or_default()).await?;
    let location = format!("/v1/erasures/{}", erasure.id);
    Ok(CreatedAt { location, shown: erasure_shown(&app, &caller, erasure).await? })
}

async fn erasure_shown(app: &App, caller: &Caller, erasure: privacy::Erasure) -> Result<Erasure, Failure> {
    let actors = Actors::seen_by(app, caller, [&erasure.actor]).await?;
    Ok(Erasure::new(erasure, &actors))
}

async fn show_erasure(app: Data<App>, caller: May<ReadPrivacy>, Path(ErasureId(id)): Path<ErasureId>) -> Result<Json<Erasure>, Failure> {
    let erasure = erasures::get(&app, &caller, id).await?;
    Ok(Json(erasure_shown(&app, &caller, erasure).await?))
}

async fn list_erasures(app: Data<App>, caller: May<ReadPrivacy>, query: Query<Newest>) -> Result<Paged<ErasurePage>, Failure> {
    let Newest { size, after } = query.checked()?;
    let found = erasures::list(&app, &caller, after, size + 1).await?;
    let actors = Actors::seen_by(&app, &caller, found.iter().map(|one| &one.actor)).await?;
    let page = Page::of(found, size, |one| paging::position(one.erased_at, one.id));
    let items = page.items.into_iter().map(|one| Erasure::new(one, &actors)).collect();
    Ok(Paged(ErasurePage { items, next_cursor: page.next_cursor }))
}

async fn place(
    app: Data<App>,
    caller: May<PlaceHolds>,
    key: IdempotencyKey,
    body: Body<LegalHoldInput>,
) -> Result<CreatedAt<LegalHold>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let LegalHoldInput { kind, subject, reason } = body.value;
    let kind = kind.as_deref().and_then(HoldSubject::named);
    let hold = holds::place(&app, &stamp, &NewHold { kind, subject, reason: reason.unwrap_or_default() }).await?;
    held(&app, &caller, hold).await
}

async fn lift(
    app: Data<App>,
    caller: May<PlaceHolds>,
    Path(HoldId(id)): Path<HoldId>,
    key: IdempotencyKey,
    body: Body<LegalHoldLiftInput>,
) -> Result<CreatedAt<LegalHold>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let hold = holds::lift(&app, &stamp, id, &body.value.reason.unwrap_or_default()).await?;
    held(&app, &caller, hold).await
}

async fn held(app: &App, caller: &Caller, hold: privacy::LegalHold) -> Result<CreatedAt<LegalHold>, Failure> {
    let location = format!("/v1/legal-holds/{}", hold.id);
    Ok(CreatedAt { location, shown: hold_shown(app, caller, hold).await? })
}

async fn hold_shown(app: &App, caller: &Caller, hold: privacy::LegalHold) -> Result<LegalHold, Failure> {
    let actors = Actors::seen_by(app, caller, acted(&hold)).await?;
    Ok(LegalHold::new(hold, &actors))
}

fn acted(hold: &privacy::LegalHold) -> impl Iterator<Item = &String> {
    std::iter::once(&hold.placed_by).chain(hold.lifted.iter().map(|lifted| &lifted.by))
}

async fn show_hold(app: Data<App>, caller: May<ReadPrivacy>, Path(HoldId(id)): Path<HoldId>) -> Result<Json<LegalHold>, Failure> {
    let hold = holds::get(&app, &caller, id).await?;
    Ok(Json(hold_shown(&app, &caller, hold).await?))
}

async fn list_holds(app: Data<App>, caller: May<ReadPrivacy>, query: Query<Newest>) -> Result<Paged<LegalHoldPage>, Failure> {
    let Newest { size, after } = query.checked()?;
    let found = holds::list(&app, &caller, after, size + 1).await?;
    let actors = Actors::seen_by(&app, &caller, found.iter().flat_map(acted)).await?;
    let page = Page::of(found, size, |one| paging::position(one.placed_at, one.id));
    let items = page.items.into_iter().map(|one| LegalHold::new(one, &actors)).collect();
    Ok(Paged(LegalHoldPage { items, next_cursor: page.next_cursor }))
}
