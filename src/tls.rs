//! TLS by the program itself, for a desk without a proxy in front of it: a certificate and its key from files, which are read again when
//! they change. Connections that exist go on; new ones get the new certificate.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, RootCertStore, ServerConfig};

use crate::domain::Instant;
use crate::settings::TlsFiles;
use crate::time::TimeSource;

/// Why a certificate and a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPair {
    #[error("{key}: {} cannot be read: {reason}", .path.display())]
    Unreadable { key: &'static str, path: PathBuf, reason: String },
    #[error("http.tls: the key in {} is not that of the certificate in {}: {reason}", .key.display(), .certificate.display())]
    Mismatched { certificate: PathBuf, key: PathBuf, reason: rustls::Error },
    #[error("http.tls.key: {} can be read by others than the desk: chmod 600", .0.display())]
    Open(PathBuf),
    #[error("http.tls: {0}")]
    Unusable(#[from] rustls::Error),
}

/// What is wrong with a pair that can be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("the certificate has expired: clients will refuse it")]
    Expired,
    #[error("the certificate is not valid yet: clients will refuse it")]
    Early,
    #[error("the key can be read by others than the desk: chmod 600")]
    Open,
}

/// The pair in use.
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

struct Current {
    pair: Arc<CertifiedKey>,
    /// Of the files when they were last read, whatever came of it.
    seen: Seen,
}

/// By which it shows that a file is another: where it is, how long, and when it was written.
type Seen = [Option<(u64, u64, i64, i64)>; 2];

impl Certificates {
    /// `None` when the settings name no files.
    pub fn open(files: &TlsFiles) -> Result<Option<Arc<Self>>, BadPair> {
        let (Some(certificate), Some(key)) = (files.certificate.clone(), files.key.clone()) else { return Ok(None) };
        if is_open(&key) {
            return Err(BadPair::Open(key));
        }
        // Looked at before they are read: what changes in between is read again.
        let seen = [&certificate, &key].map(|path| look(path));
        let current = RwLock::new(Current { pair: Arc::new(read(&certificate, &key)?), seen });
        Ok(Some(Arc::new(Self { certificate, key, current })))
    }

    /// What to tell whoever runs the desk of the pair in use. A key that others can read is used all the same once the desk runs: leaving out
    /// a renewed certificate would end its service.
    pub fn doubts(&self) -> Vec<Doubt> {
        self.doubts_at(TimeSource::machine().now())
    }

    pub fn doubts_at(&self, now: Instant) -> Vec<Doubt> {
        let pair = self.current.read().unwrap_or_else(PoisonError::into_inner).pair.clone();
        let open = is_open(&self.key).then_some(Doubt::Open);
        pair.end_entity_cert().ok().and_then(|certificate| out_of_time(certificate, now)).into_iter().chain(open).collect()
    }

    /// What a server needs: TLS 1.2 or 1.3, and whichever pair is in use when somebody connects.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, BadPair> {
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
        Ok(config.with_no_client_auth().with_cert_resolver(self.clone()))
    }

    /// Reads the files again if they changed. Returns whether another pair is in use; when the new one cannot be used, the old one stays.
    pub fn follow(&self) -> Result<bool, BadPair> {
        let seen = [&self.certificate, &self.key].map(|path| look(path));
        if self.current.read().unwrap_or_else(PoisonError::into_inner).seen == seen {
            return Ok(false);
        }
        let pair = read(&self.certificate, &self.key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.seen = seen;
        current.pair = Arc::new(pair?);
        Ok(true)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).pair.clone())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Certificates").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Whether others than the user and the group of a file may read it, or others than its user write it. What cannot be looked at is refused
/// when it is read.
fn is_open(key: &Path) -> bool {
    std::fs::metadata(key).is_ok_and(|file| file.mode() & 0o027 != 0)
}

/// The times of a certificate are judged first when it is verified, before its issuer, of which nobody is known here.
fn out_of_time(certificate: &CertificateDer<'_>, now: Instant) -> Option<Doubt> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.unix()).unwrap_or_default()));
    let algorithms = provider().signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(&parsed, &RootCertStore::empty(), &[], now, algorithms) {
        Err(rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => Some(Doubt::Expired),
        Err(rustls::Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. })) => {
            Some(Doubt::Early)
        }
        _ => None,
    }
}

fn look(path: &Path) -> Option<(u64, u64, i64, i64)> {
    // Of what a link leads to: that is how Kubernetes puts new secrets in place.
    let file = std::fs::metadata(path).ok()?;
    Some((file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, BadPair> {
    let unreadable = |key, path: &Path, error: pem::Error| {
        // Of the others, some quote what stands in the file.
        let reason = if let pem::Error::Io(error) = error { error.to_string() } else { "it is not PEM, or not of this kind".to_owned() };
        BadPair::Unreadable { key, path: path.to_owned(), reason }
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
    let chain = chain.map_err(|error| unreadable("http.tls.certificate", certificate, error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable("http.tls.key", key, error))?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(|reason| match reason {
        rustls::Error::InconsistentKeys(_) => BadPair::Mismatched { certificate: certificate.to_owned(), key: key.to_owned(), reason },
        reason => BadPair::Unusable(reason),
    })
}
