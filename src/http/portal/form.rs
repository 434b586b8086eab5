//! What a page without a script sends: fields by name.

use super::super::error::Failure;
use super::super::operation::{Argument, RequestContext, Signature};
use crate::usecases::Error;

const MEDIA: &str = "application/x-www-form-urlencoded";

pub struct Form(Vec<(String, String)>);

impl Form {
    /// The first of a name; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl Argument for Form {
    fn declare(_signature: &mut Signature) {}

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let incoming = context.incoming().ok_or_else(|| Error::Internal("a body was read twice".to_owned()))?;
        let sent = incoming.take(MEDIA).await?;
        Ok(Self(form_urlencoded::parse(&sent).into_owned().collect()))
    }
}
