//! How a bucket is reached.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;

use crate::settings::Attachments;

pub fn open(settings: &Attachments, bucket: &str) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    // What the settings leave out comes from the usual AWS environment variables and roles.
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket.trim_end_matches('/'));
    let s3 = &settings.s3;
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(&**endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some(region) = &s3.region {
        builder = builder.with_region(region);
    }
    if let Some(key) = &s3.key {
        builder = builder.with_access_key_id(key);
    }
    if let Some(secret) = &s3.secret {
        builder = builder.with_secret_access_key(secret.reveal());
    }
    Ok(Arc::new(builder.build()?))
}
