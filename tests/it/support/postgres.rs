//! A PostgreSQL server of the tests' own, on a free port, in a temporary folder; it ends when the tests do.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Server {
    port: u16,
}

/// The server that writes through to the disk, or the one that does not and is quicker.
fn server(fsync: bool) -> &'static Server {
    static SERVERS: [OnceLock<Server>; 2] = [const { OnceLock::new() }; 2];
    SERVERS[usize::from(fsync)].get_or_init(|| start(fsync))
}

/// Takes a database away: nobody is let in, and who was in is put out.
pub fn close(name: &str) {
    sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    cut(name);
}

/// Brings it back.
pub fn reopen(name: &str) {
    sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
}

/// Cuts the connections of a database that listen.
pub fn cut_listeners(name: &str) {
    sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN%'"));
}

/// Cuts every connection of a database.
pub fn cut(name: &str) {
    sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
}

/// Closes a database to writes, as one that stands by is, or opens it to them.
pub fn reads_only(name: &str, on: bool) {
    sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}"));
    cut(name);
}

/// How often transactions of a database waited for each other without end.
pub fn deadlocks(name: &str) -> u32 {
    let port = server(false).port.to_string();
    let asked = format!("SELECT pg_stat_force_next_flush(); SELECT deadlocks FROM pg_stat_database WHERE datname = '{name}'");
    let told = Command::new(bin("psql")).args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port, "-At", "-c", &asked, "postgres"]).output();
    let told = String::from_utf8(told.expect("psql runs").stdout).expect("text");
    told.lines().last().and_then(|line| line.trim().parse().ok()).expect("a number")
}

/// A server with its data in a folder, writing through to the disk there; it stops in the end.
pub struct OwnServer {
    data: PathBuf,
    port: u16,
}

impl OwnServer {
    /// Starts one in an empty folder that everyone may write to.
    pub fn start(folder: &Path) -> Self {
        let port = super::ports::free();
        let data = folder.join("data");
        run(as_postgres(&bin("initdb")).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D"]).arg(&data));
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmin_wal_size = 32MB\nmax_wal_size = 48MB\n"
        );
        let mut file = std::fs::File::options().append(true).open(data.join("postgresql.conf")).expect("settings");
        std::io::Write::write_all(&mut file, settings.as_bytes()).expect("settings");
        let server = Self { data, port };
        server.starts_again();
        server
    }

    /// The address of its database.
    pub fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it where a full disk made it stop.
    pub fn starts_again(&self) {
        let ready = || Command::new(bin("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status();
        for _ in 0..60 {
            if ready().is_ok_and(|status| status.success()) {
                return;
            }
            drop(self.control(&["-l", "/dev/null", "-w", "-t", "10", "start"]).status());
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        panic!("PostgreSQL did not start")
    }

    fn control(&self, what: &[&str]) -> Command {
        let mut command = as_postgres(&bin("pg_ctl"));
        command.arg("-D").arg(&self.data).args(what).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.control(&["-m", "immediate", "-w", "stop"]).status());
    }
}

fn sql(statement: &str) {
    let port = server(false).port.to_string();
    run(Command::new(bin("psql")).args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port, "-c", statement, "postgres"]));
}

/// The roles beside the superuser: the owner of every database, and the one that desks connect as, which owns nothing.
const ROLES: &str = "CREATE ROLE desk_owner LOGIN; CREATE ROLE desk LOGIN";

/// Makes a new, empty database; its address for a desk.
pub fn new_database() -> String {
    new_database_on(false).replace("//postgres@", "//desk@")
}

/// The address of a desk's database for its owner, who migrates it; none of another kind of database.
pub fn owner_of(address: &str) -> String {
    if address.starts_with("postgres") { address.replace("//desk@", "//desk_owner@") } else { String::new() }
}

/// The same for the superuser, who sees everything.
pub fn superuser_of(address: &str) -> String {
    address.replace("//desk@", "//postgres@")
}

/// Makes one on a server with or without `fsync`; its address for the superuser.
pub fn new_database_on(fsync: bool) -> String {
    made(server(fsync), "template1")
}

/// Makes a database that its owner has migrated; its address for a desk. The steps are carried out once and copied, since they take longer
/// than most tests.
pub fn migrated_database(migrate: impl AsyncFnOnce(&str) + Send) -> String {
    static MIGRATED: OnceLock<String> = OnceLock::new();
    let template = MIGRATED.get_or_init(|| {
        let address = new_database();
        // A thread of its own: whoever comes first is in the middle of a test.
        std::thread::scope(|scope| scope.spawn(|| actix_web::rt::System::new().block_on(migrate(&address))).join()).expect("migrations");
        let name = address.rsplit('/').next().unwrap_or_default();
        close(name);
        name.to_owned()
    });
    made(server(false), template).replace("//postgres@", "//desk@")
}

fn made(server: &Server, template: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let (name, port) = (format!("desk{}", NEXT.fetch_add(1, Ordering::Relaxed)), server.port.to_string());
    let arguments = ["-h", "127.0.0.1", "-U", "postgres", "-O", "desk_owner", "-T", template, "-p", &port, &name];
    let made = Command::new(bin("createdb")).args(arguments).status();
    assert!(made.expect("createdb runs").success(), "a database could not be made");
    format!("postgres://postgres@127.0.0.1:{port}/{name}")
}

fn start(fsync: bool) -> Server {
    let folder = tempfile::Builder::new().prefix("uurwerk-pg").tempdir().expect("a folder").keep();
    let port = super::ports::free();
    let (data, fsync) = (folder.join("data"), if fsync { "on" } else { "off" });
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    run(as_postgres(&bin("initdb")).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]).arg(&data));
    // The shell beside it stops the server when this process has ended, however it ended.
    let script = format!(
        "'{}' -D '{}' -p {port} -k '{}' -c listen_addresses=127.0.0.1 -c fsync={fsync} -c max_connections=400 >/dev/null 2>&1 & server=$!; \
         while [ -d /proc/{} ]; do sleep 1; done; kill -INT $server; wait $server; rm -rf '{}'",
        bin("postgres").display(),
        data.display(),
        folder.display(),
        std::process::id(),
        folder.display(),
    );
    // Not waited for: it outlives this process by a second, to stop the server.
    let watching =
        as_postgres(Path::new("/bin/sh")).args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    assert!(watching.is_ok(), "a server starts");
    for _ in 0..300 {
        let ready = Command::new(bin("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
        if ready.is_ok_and(|status| status.success()) {
            let port_name = port.to_string();
            run(Command::new(bin("psql")).args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port_name, "-c", ROLES, "postgres"]));
            return Server { port };
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("PostgreSQL did not start")
}

/// A program of PostgreSQL's, as Debian keeps it or as the path finds it.
fn bin(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<_> = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}

/// The server does not run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

fn run(command: &mut Command) {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
