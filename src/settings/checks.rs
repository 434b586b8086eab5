//! Which values can work, of settings whose type says too little.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use tracing_subscriber::EnvFilter;

/// An embedded database with a path, or a server.
pub fn is_database(url: &str) -> bool {
    if let Some(server) = ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme)) {
        return is_server(server);
    }
    let file = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    file.is_some_and(|path| !path.is_empty() && !path.starts_with([':', '?']))
}

/// What follows the scheme: a host and a port in front of the path, either of which may be absent.
fn is_server(server: &str) -> bool {
    let authority = server.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = match host.strip_prefix('[') {
        Some(host) => host.split_once(']').filter(|(address, _)| address.parse::<Ipv6Addr>().is_ok()).map(|(_, port)| port),
        None => Some(host.find(':').map_or("", |at| &host[at..])),
    };
    port.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()))
}

/// `127.0.0.1:8080`, `[::]:8080` or `localhost:8080`.
pub fn is_listened_on(address: &str) -> bool {
    let is_name = |host: &str| !host.is_empty() && host.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-' || sign == '.');
    let named = address.rsplit_once(':').is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok());
    named || address.parse::<SocketAddr>().is_ok()
}

/// The address of an OpenID provider, whose keys are read from there, or of the desk itself.
pub fn is_issuer(issuer: &str) -> bool {
    let is_bare = |url: reqwest::Url| url.query().is_none() && url.fragment().is_none();
    is_read_in_secret(issuer) && reqwest::Url::parse(issuer).is_ok_and(is_bare)
}

/// An address that is asked over TLS, except on this machine, and that holds no login.
pub fn is_read_in_secret(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else { return false };
    let is_loopback = url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    });
    let is_secret = url.scheme() == "https" && url.has_host() || url.scheme() == "http" && is_loopback;
    let has_no_login = url.username().is_empty() && url.password().is_none();
    // A reader of addresses forgives what a comparison letter by letter does not.
    has_no_login && is_secret && address.starts_with(url.scheme()) && !address.contains(char::is_whitespace)
}

/// What is logged; an error says why it is no filter.
pub fn log_filter(filter: &str) -> Result<EnvFilter, String> {
    // The web library logs every malformed request as an error, and anyone can send those. Whoever wants to read them can name it in
    // the settings, which override this.
    // The IMAP library logs what comes over the line, which is people's mail.
    EnvFilter::try_new(format!("actix_http=off,async_imap=off,{filter}")).map_err(|error| format!("is no log filter: {error}"))
}

/// A folder, or a bucket with a name.
pub fn is_file_store(store: &str) -> bool {
    match store.split_once("://") {
        Some((scheme, bucket)) => scheme == "s3" && !bucket.trim_matches('/').is_empty(),
        None => !store.trim().is_empty(),
    }
}
