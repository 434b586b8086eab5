//! Which values can work, of settings whose type says too little.

use std::net::SocketAddr;

use sea_orm::sqlx::postgres::PgConnectOptions;
use tracing_subscriber::EnvFilter;

/// An embedded database with a path, or a server.
pub fn is_database(url: &str) -> bool {
    if ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return url.parse::<PgConnectOptions>().is_ok();
    }
    let file = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    file.is_some_and(|path| !path.is_empty() && !path.starts_with([':', '?']))
}

/// `127.0.0.1:8080`, `[::]:8080` or `localhost:8080`.
pub fn is_listened_on(address: &str) -> bool {
    let is_name = |host: &str| !host.is_empty() && host.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-' || sign == '.');
    let named = address.rsplit_once(':').is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok());
    named || address.parse::<SocketAddr>().is_ok()
}

/// What is logged; an error says why it is no filter.
pub fn log_filter(filter: &str) -> Result<EnvFilter, String> {
    // The web library logs every malformed request as an error, and anyone can send those. Whoever wants to read them can name it in
    // the settings, which override this.
    EnvFilter::try_new(format!("actix_http=off,{filter}")).map_err(|error| format!("is no log filter: {error}"))
}

/// A folder, or a bucket with a name.
pub fn is_file_store(store: &str) -> bool {
    match store.split_once("://") {
        Some((scheme, bucket)) => scheme == "s3" && !bucket.trim_matches('/').is_empty(),
        None => !store.trim().is_empty(),
    }
}
