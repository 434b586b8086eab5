//! The connection to the server, encrypted as the settings say.

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_imap::Client;
use async_imap::error::Error;
use async_imap::imap_proto::{Response, Status};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Step, Trouble, within};
use crate::settings::{Imap, Tls};

/// A connection, with or without TLS.
pub trait Wire: AsyncRead + AsyncWrite + Debug + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Debug + Unpin + Send> Wire for T {}

pub type Line = Box<dyn Wire>;

/// Read once, since there are many of them.
static OF_THE_MACHINE: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
});

/// Trusts the authorities that the machine trusts, and that of a file.
pub fn trusting(certificate: Option<&Path>) -> Result<TlsConnector, String> {
    let mut roots = OF_THE_MACHINE.clone();
    if let Some(file) = certificate {
        let wrong = |why: &dyn std::fmt::Display| format!("certificate: {}: {why}", file.display());
        let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let read = read.map_err(|error| match error {
            pem::Error::Io(error) => wrong(&error),
            // The others may quote what stands in the file.
            _ => wrong(&"it is not PEM"),
        })?;
        if read.is_empty() {
            return Err(wrong(&"it holds no certificate"));
        }
        for one in read {
            roots.add(one).map_err(|error| wrong(&error))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider())).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Connects, and reads the greeting.
pub async fn connected(settings: &Imap, tls: &TlsConnector) -> Result<Client<Line>, Trouble> {
    let patience = Duration::from_secs(settings.timeout_seconds.into());
    let stream = match tokio::time::timeout(patience, TcpStream::connect((&*settings.host, settings.port))).await {
        Err(_elapsed) => return Err(Trouble::Unreachable("it does not answer".to_owned())),
        Ok(stream) => stream.map_err(|error| Trouble::Unreachable(error.to_string()))?,
    };
    let encrypted = async |line: Line| match tokio::time::timeout(patience, encrypted(settings, tls, line)).await {
        Err(_elapsed) => Err(Trouble::Tls("the handshake takes too long".to_owned())),
        Ok(line) => line,
    };
    match settings.tls {
        Tls::None => greeted(patience, Box::new(stream)).await,
        Tls::Tls => greeted(patience, encrypted(Box::new(stream)).await?).await,
        Tls::Starttls => {
            let mut client = greeted(patience, Box::new(stream)).await?;
            within(patience, Step::Greet, client.run_command_and_check_ok("STARTTLS", None)).await?;
            // What was sent along in the clear, by whoever, is lost with the client that read it.
            Ok(Client::new(encrypted(client.into_inner()).await?))
        }
    }
}

async fn encrypted(settings: &Imap, tls: &TlsConnector, line: Line) -> Result<Line, Trouble> {
    let name = ServerName::try_from(settings.host.to_string()).map_err(|error| Trouble::Tls(error.to_string()))?;
    let line = tls.connect(name, line).await.map_err(|error| Trouble::Tls(error.to_string()))?;
    Ok(Box::new(line))
}

async fn greeted(patience: Duration, line: Line) -> Result<Client<Line>, Trouble> {
    let mut client = Client::new(line);
    let greeting = within(patience, Step::Greet, async { client.read_response().await.map_err(Error::from) }).await?;
    match greeting.ok_or(Trouble::Lost(Step::Greet))?.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(client),
        _ => Err(Trouble::Refused(Step::Greet)),
    }
}
