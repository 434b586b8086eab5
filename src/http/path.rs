//! The parts of a path that say which thing is asked for.

use actix_web::{FromRequest, web};
use utoipa::openapi::Object;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

use super::error::Failure;
use super::operation::{Argument, Asked, Parameter, Place, Signature, text};
use crate::usecases::Error;

/// The longest part of a path that names anything, in characters.
const LONGEST: usize = 500;

/// What a part of a path addresses.
pub trait Address: Sized {
    /// The name of the part, as the path has it between braces.
    const NAME: &'static str;
    const WORDS: &'static str;
    /// What there is none of where the part cannot be read.
    const THING: &'static str;

    fn read(text: &str) -> Option<Self>;

    fn schema() -> Object {
        text(None, LONGEST)
    }
}

/// A part of the path; one that cannot be read addresses what does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: Address> Argument for Path<T> {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(Parameter {
            name: T::NAME,
            place: Place::Path,
            is_required: true,
            words: T::WORDS.to_owned(),
            schema: T::schema(),
            example: None,
        });
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        let place = asked.request.match_info().iter().position(|(name, _)| name == T::NAME);
        // Decoded in order alone: the web library reads no names into a map.
        let parts = web::Path::<Vec<String>>::extract(&asked.request).await.ok();
        let part = place.zip(parts.as_ref()).and_then(|(place, parts)| T::read(parts.get(place)?));
        part.map(Self).ok_or_else(|| Error::NotFound(T::THING).into())
    }
}

/// A thing addressed by its UUID.
macro_rules! by_uuid {
    ($($thing:ident: $name:literal, $words:literal, $called:literal;)+) => { $(
        #[derive(Debug, Clone, Copy)]
        pub struct $thing(pub Uuid);

        impl Address for $thing {
            const NAME: &'static str = $name;
            const WORDS: &'static str = $words;
            const THING: &'static str = $called;

            fn read(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }
        }
    )+ };
}

by_uuid! {
    MessageId: "id", "The message's UUID", "message";
    ObligationId: "id", "The obligation's UUID", "obligation";
    AmendmentId: "amendment", "The amendment's id", "amendment";
}

/// A file on a ticket.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentId(pub Uuid);

impl Address for AttachmentId {
    const NAME: &'static str = "id";
    const WORDS: &'static str = "The attachment's id";
    const THING: &'static str = "attachment";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    fn schema() -> Object {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).build()
    }
}

/// A contract's id, whether or not there is one.
#[derive(Debug, Clone)]
pub struct ContractId(pub String);

impl Address for ContractId {
    const NAME: &'static str = "contract";
    const WORDS: &'static str = "The contract's id";
    const THING: &'static str = "contract";

    fn read(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}
