//! Files on a ticket, streamed in both directions: they never have to fit in memory.

use actix_web::HttpRequest;
use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use futures_util::future::Either;

use crate::app::App;
use crate::domain::permission::{ClassifyFiles, ReadTickets, WriteMessages};
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::attach::Classification;
use crate::http::answer::{CreatedAt, Download, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::download::{Wanted, download, out_of_range};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::incoming::BYTES;
use crate::http::incoming::Incoming;
use crate::http::path::{AttachmentId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{Attachment, AttachmentList, AttachmentPatch};
use crate::http::version::IfMatch;
use crate::usecases::actors::Named;
use crate::usecases::attachments::{self, NewAttachment};
use crate::usecases::tickets::read;
use crate::usecases::{FieldCode, Stamp};

impl FromQuery for NewAttachment {
    fn read(keys: &mut Keys) -> Self {
        let given = keys.required_of("name", "The file's name; folders are left out of it", Some(1), 1000);
        let name = given.map(|given| attachments::safe_name(&given));
        if name == Some(None) {
            keys.refuse("name", FieldCode::BadName, "is not a usable file name");
        }
        let said = keys.text_of("mediaType", "What it is, such as `application/pdf`", None, 127);
        let media_type = said.map_or_else(|| Some(attachments::UNKNOWN.to_owned()), |said| attachments::media_type(&said));
        if media_type.is_none() {
            keys.refuse("mediaType", FieldCode::BadMediaType, "is not a media type such as application/pdf");
        }
        let public = match keys.short_text("visibility", "`public` (default), or `internal` for the desk alone").as_deref() {
            None | Some("public") => true,
            Some("internal") => false,
            Some(_) => {
                keys.refuse("visibility", FieldCode::UnknownValue, "must be public or internal");
                false
            }
        };
        let classes =
            "How sensitive it is: `public`, `internal` (default), or `restricted`, which few of those who see the ticket may read";
        let classification = keys.short_text("classification", classes).map(|named| Classification::named(&named));
        if classification == Some(None) {
            keys.refuse("classification", FieldCode::UnknownValue, "must be public, internal or restricted");
        }
        let classification = classification.flatten().unwrap_or_default();
        Self { name: name.flatten().unwrap_or_default(), media_type: media_type.unwrap_or_default(), public, classification, size: None }
    }
}

pub async fn create(
    app: Data<App>,
    caller: May<WriteMessages>,
    request: HttpRequest,
    Path(ticket): Path<TicketRef>,
    query: Query<NewAttachment>,
    key: IdempotencyKey,
    incoming: Incoming,
) -> Result<CreatedAt<Attachment>, Failure> {
    let new = NewAttachment { size: incoming.announced(), ..query.checked()? };
    let cap = usize::try_from(app.settings.attachments.max_bytes).unwrap_or(usize::MAX);
    let bytes =
        if app.files.holds_much() { Either::Left(incoming.stream_when_whole(BYTES, cap)?) } else { Either::Right(incoming.stream(BYTES)?) };
    // The body was streamed away by the time the key is needed, so its digest stands in for it.
    let key = |digest: &str| {
        let asked = format!("{} {}?{} {digest}", request.method(), request.path(), request.query_string());
        key.of(&caller.who.actor, asked.as_bytes())
    };
    let kept = attachments::attach(&app, &caller.stamp(&app), ticket, &new, bytes, key).await?;
    let location = format!("/v1/tickets/{}/attachments/{}", kept.ticket_id, kept.id);
    let Named { shown, actors } = read::file(&app, &caller, kept).await?;
    Ok(CreatedAt { location, shown: Attachment::new(shown, &actors) })
}

pub async fn list(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<AttachmentList>, Failure> {
    let Named { shown, actors } = read::attachments(&app, &caller, ticket).await?;
    Ok(Json(AttachmentList { items: shown.into_iter().map(|one| Attachment::new(one, &actors)).collect() }))
}

pub async fn classify(
    app: Data<App>,
    caller: May<ClassifyFiles>,
    Path(ticket): Path<TicketRef>,
    Path(AttachmentId(id)): Path<AttachmentId>,
    IfMatch(expected): IfMatch,
    body: Body<AttachmentPatch>,
) -> Result<Json<Attachment>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let file = attachments::classify(&app, &stamp, (ticket, id), body.value.classification(), expected.as_deref()).await?;
    let Named { shown, actors } = read::file(&app, &caller, file).await?;
    Ok(Json(Attachment::new(shown, &actors)))
}

pub async fn get(
    app: Data<App>,
    caller: May<ReadTickets>,
    request: HttpRequest,
    Path(ticket): Path<TicketRef>,
    Path(AttachmentId(id)): Path<AttachmentId>,
) -> Result<Download, Failure> {
    let found = read::attachment(&app, &caller, ticket, id).await?;
    let tag = EntityTag::new_strong(found.digest.clone());
    let wanted = Wanted::of(&request, &tag, found.size_bytes);
    let part = match wanted {
        Wanted::Nothing => return Ok(out_of_range(found.size_bytes)),
        Wanted::Whole => None,
        Wanted::Part(first, last) => Some(first..last + 1),
    };
    let (name, size) = (found.name.clone(), found.size_bytes);
    let bytes = attachments::content(&app, &caller, found, part).await?;
    Ok(download(&name, (wanted, size), tag, bytes))
}
