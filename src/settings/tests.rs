//! What wrong settings are told, and who set them.

use super::*;

fn with(variables: &[(&str, &str)]) -> Result<Settings, BadSettings> {
    Settings::from_parts(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn the_environment_comes_on_top_of_the_defaults() {
    let settings =
        with(&[("UURWERK_DATABASE_URL", "postgres://u:geheim@db/x"), ("UURWERK_MAIL_SMTP_PORT", "2525"), ("UURWERK_TIME", "sandbox")]);
    let settings = settings.expect("they are settings");
    assert_eq!((settings.mail.smtp.port, settings.time), (2525, TimeMode::Sandbox));
    assert_eq!(&*settings.database.url, "postgres://u:geheim@db/x");
}

#[test]
fn a_variable_sets_a_key_of_several_words_and_a_number_where_one_belongs() {
    let settings = with(&[
        ("UURWERK_ATTACHMENTS_MAX_BYTES", "17"),
        ("UURWERK_ATTACHMENTS_MAX_BYTES_PER_TICKET", "99"),
        ("UURWERK_ATTACHMENTS_S3_SECRET", "17"),
        ("UURWERK_MAILBOXES_SUPPORT_UNKNOWN_SENDERS", "accept"),
    ]);
    let settings = settings.expect("they are settings");
    assert_eq!((settings.attachments.max_bytes, settings.attachments.max_bytes_per_ticket), (17, 99));
    assert_eq!(settings.attachments.s3.secret.as_ref().map(Secret::reveal), Some("17"));
    assert_eq!(settings.mailboxes["support"].unknown_senders, UnknownSenders::Accept);
}

#[test]
fn what_is_set_but_empty_is_not_set() {
    let optional = [
        "UURWERK_ADMIN_TOKEN",
        "UURWERK_ADMIN_TOKEN_FILE",
        "UURWERK_ATTACHMENTS_S3_ENDPOINT",
        "UURWERK_ATTACHMENTS_S3_KEY",
        "UURWERK_ATTACHMENTS_S3_SECRET",
        "UURWERK_MAIL_SMTP_USERNAME",
        "UURWERK_MAIL_SMTP_PASSWORD",
        "UURWERK_MAILBOXES_SUPPORT_ORGANISATION",
        "UURWERK_SANDBOX_START",
    ];
    let settings = with(&optional.map(|name| (name, ""))).expect("they are settings");
    assert_eq!((settings.admin.token, settings.mail.smtp.username, settings.mail.smtp.password), (None, None, None));
    let s3 = settings.attachments.s3;
    assert_eq!((s3.endpoint, s3.key, s3.secret, settings.sandbox.start), (None, None, None, None));
    assert_eq!(settings.mailboxes["support"].organisation, None);
}

#[test]
fn all_that_is_wrong_is_told_at_once_a_line_each_without_values_and_without_the_programs_insides() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, "[http]\nburst = \"veel\"\n[mailboxes.extra]\naddress = \"x@uurwerk.example\"\n[mail]\ncolour = 1\n")
        .expect("a file");
    let variables = [
        ("UURWERK_BIN", "target/debug/uurwerk"),
        ("UURWERK_HTTP_LISSEN", "x"),
        ("UURWERK_MAIL_SMTP_TLS", "maybe"),
        ("UURWERK_MAIL_SMTP_PORT", "geheim"),
        ("UURWERK_ATTACHMENTS", "s3://key:geheim@bucket"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let refused = Settings::from_parts(Some(&file), variables.into_iter()).expect_err("they cannot be").to_string();
    let mut lines: Vec<_> = refused.lines().collect();
    lines.sort_unstable();
    let file = file.display();
    for (line, start) in lines.iter().zip([
        "settings: attachments (UURWERK_ATTACHMENTS): must be a table".to_owned(),
        "settings: bin (UURWERK_BIN): there is no such setting; the tables are time, database, http,".to_owned(),
        format!("settings: http.burst ({file}): must be a whole number"),
        "settings: http.lissen (UURWERK_HTTP_LISSEN): there is no such setting; [http] has listen, public_url, requests_per_minute,"
            .to_owned(),
        format!("settings: mail.colour ({file}): there is no such setting; [mail] has from,"),
        "settings: mail.smtp.port (UURWERK_MAIL_SMTP_PORT): must be a whole number from 0 to 65535".to_owned(),
        "settings: mail.smtp.tls (UURWERK_MAIL_SMTP_TLS): must be one of \"none\", \"starttls\", \"tls\"".to_owned(),
        format!("settings: mailboxes.extra.contract ({file}): must be given"),
    ]) {
        assert!(line.starts_with(&start), "{line}\nis not\n{start}\nin\n{refused}");
    }
    assert_eq!(lines.len(), 8, "{refused}");
    assert!(!refused.contains("geheim") && !refused.contains(".rs"), "{refused}");
}

#[test]
fn a_value_that_cannot_be_read_does_not_hide_one_that_cannot_work() {
    let refused = with(&[
        ("UURWERK_HTTP_BURST", "abc"),
        ("UURWERK_TIME", "x"),
        ("UURWERK_HTTP_LISTEN", "nergens"),
        ("UURWERK_LOG_FILTER", "uurwerk=zz=1,,["),
        ("UURWERK_ATTACHMENTS_STORE", "ftp://u:geheim@x"),
        ("UURWERK_DATABASE_URL", "postgres://u:geheim@[::bad/x"),
        ("UURWERK_ATTACHMENTS_S3_ENDPOINT", "minio:9000"),
    ]);
    let refused = refused.expect_err("they cannot be").to_string();
    for key in [
        "http.burst (UURWERK_HTTP_BURST)",
        "time (UURWERK_TIME)",
        "http.listen (UURWERK_HTTP_LISTEN)",
        "log.filter (UURWERK_LOG_FILTER)",
        "attachments.store (UURWERK_ATTACHMENTS_STORE)",
        "database.url (UURWERK_DATABASE_URL)",
        "attachments.s3.endpoint (UURWERK_ATTACHMENTS_S3_ENDPOINT)",
    ] {
        assert!(refused.contains(&format!("settings: {key}: ")), "{key} in\n{refused}");
    }
    assert_eq!((refused.lines().count(), refused.contains("geheim")), (7, false), "{refused}");
    for (name, value) in [
        ("UURWERK_HTTP_LISTEN", "[::1]:0"),
        ("UURWERK_HTTP_LISTEN", "localhost:8080"),
        ("UURWERK_LOG_FILTER", "warn,uurwerk=debug"),
        ("UURWERK_ATTACHMENTS_STORE", "s3://bucket"),
        ("UURWERK_ATTACHMENTS_STORE", "/srv/attachments"),
        ("UURWERK_DATABASE_URL", "postgres:///x?host=/run/postgresql"),
        ("UURWERK_DATABASE_URL", "postgres://u:geheim@[::1]:5432/x"),
    ] {
        with(&[(name, value)]).unwrap_or_else(|refused| panic!("{value}: {refused}"));
    }
}

/// The last of these lines would only follow from the first.
#[test]
fn what_is_wrong_in_a_table_of_ones_own_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, "[teams.a]\nlabel = { de = \"x\" }\n[mailboxes.extra]\naddress = 3\ncontract = \"dap\"\n").expect("a file");
    let refused = Settings::from_parts(Some(&file), std::iter::empty()).expect_err("they cannot be").to_string();
    let mut keys: Vec<_> = refused.lines().filter_map(|line| line.strip_prefix("settings: ")?.split(' ').next()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["mailboxes.extra.address", "teams.a.label.de", "teams.a.label.nl"], "{refused}");
}

#[test]
fn a_file_that_is_no_toml_and_a_database_of_no_known_kind_are_told_in_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, "[http]\nburst = = 1\n").expect("a file");
    let refused = Settings::from_parts(Some(&file), std::iter::empty()).expect_err("it cannot be read").to_string();
    assert!(refused.starts_with(&format!("settings: {}, line 2: ", file.display())) && refused.lines().count() == 1, "{refused}");
    for url in ["mysql://u:geheim@db/x", "POSTGRES://u:geheim@db/x", "host=db password=geheim", "sqlite::memory:", "sqlite://"] {
        let refused = with(&[("UURWERK_DATABASE_URL", url)]).expect_err("it cannot be").to_string();
        assert!(refused.contains("database.url") && !refused.contains("geheim"), "{refused}");
    }
}

#[test]
fn sec_03_a_key_where_the_name_of_its_file_belongs_is_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let pem = "-----BEGIN PRIVATE KEY-----\nMIGHgeheim\n-----END PRIVATE KEY-----\n";
    let key = "2Cix4i9sVn1bq0Zk3eJt8yRwPmXoLhUa5dGf7cKvBEQ=";
    let (key_file, pem_file) = (file("key", key), file("pem", pem));
    for (name, value, says) in [
        ("UURWERK_HTTP_TLS_KEY_FILE", pem_file.as_str(), "write UURWERK_HTTP_TLS_KEY=PATH"),
        ("UURWERK_FILES_KEY_FILE_FILE", &key_file, "write UURWERK_FILES_KEY_FILE=PATH"),
        ("UURWERK_HTTP_TLS_KEY", pem, "http.tls.key (UURWERK_HTTP_TLS_KEY): must be the name of a file"),
        ("UURWERK_FILES_KEY_FILE", key, "files.key_file (UURWERK_FILES_KEY_FILE): must be the name of a file"),
        ("UURWERK_ACCESS_BREACHED_PASSWORDS", key, "access.breached_passwords"),
        ("UURWERK_ADMIN_TOKEN_FILE", "geheim", "UURWERK_ADMIN_TOKEN_FILE: the file that it names cannot be read"),
        ("UURWERK_ADMIN_TOKEN_FILE", "gehe\0im", "UURWERK_ADMIN_TOKEN_FILE: the file that it names cannot be read"),
    ] {
        let refused = with(&[(name, value), ("UURWERK_HTTP_TLS_CERTIFICATE", &pem_file)]).expect_err(name).to_string();
        assert!(refused.contains(says), "{name}: {refused}");
        assert!(["geheim", "BEGIN", key].iter().all(|secret| !refused.contains(secret)), "{name}: {refused}");
    }
    // In a file of settings too, and beside everything else that is wrong.
    let desk = file("desk.toml", &format!("[files]\nkey_file = \"{key}\"\n[http]\nburst = \"veel\"\n"));
    let variables = [("UURWERK_HTTP_TLS_KEY_FILE".to_owned(), pem_file.clone())];
    let refused = Settings::from_parts(Some(Path::new(&desk)), variables.into_iter()).expect_err("refused").to_string();
    assert!(refused.lines().count() == 3 && !refused.contains(key), "{refused}");
}

/// MAIL-01.
#[test]
fn an_address_that_is_none_and_one_that_leads_to_two_contracts_are_refused_together() {
    let refused = with(&[("UURWERK_MAIL_FROM", "niemand"), ("UURWERK_MAILBOXES_SUPPORT_ADDRESS", "Servicedesk@uurwerk.example")]);
    let refused = refused.expect_err("they cannot be").to_string();
    assert!(refused.contains("mail.from") && refused.contains("mailboxes.servicedesk and mailboxes.support"), "{refused}");
}

#[test]
fn everything_that_is_wrong_with_identity_providers_is_told_at_once_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    let text = "[http]\nlisten = \"nergens\"\n\
        [[identity.providers]]\nissuer = \"http://login.example\"\naudience = []\norganisation = \"ipo\"\nguests = true\n\
        roles = { \"Desk.Agent\" = \"agent_line_1\", \"Desk.Admin\" = \"global_administrator\" }\n\
        [[identity.providers]]\nissuer = \"http://login.example\"\naudience = [\"desk\", \" \"]\norganisation = \" \"\nroles = { \"\" = \"approver\" }\n\
        [[identity.providers]]\nissuer = \"https://login.example/desk\"\naudience = [\"desk\"]\nvouches_for_addresses = true\nversion_1 = true\nroles = {}\n";
    std::fs::write(&file, text).expect("a file");
    let refused = Settings::from_parts(Some(&file), std::iter::empty()).expect_err("they cannot be").to_string();
    let of_file = format!(" ({})", file.display());
    let mut keys: Vec<_> =
        refused.lines().map(|line| line.strip_prefix("settings: ").and_then(|line| line.split(&of_file).next()).unwrap_or(line)).collect();
    keys.sort_unstable();
    let of = |at: usize, keys: &[&str]| keys.iter().map(|key| format!("identity.providers.{at}.{key}")).collect::<Vec<_>>();
    let expected = [
        vec!["http.listen".to_owned()],
        of(0, &["audience", "guests", "issuer", "roles", "roles"]),
        of(1, &["audience", "issuer", "issuer", "organisation", "roles"]),
        of(2, &["version_1", "vouches_for_addresses"]),
    ];
    assert_eq!(keys, expected.concat(), "{refused}");
    for told in ["is given twice", "agent_line_1", "global_administrator", "https://"] {
        assert!(refused.contains(told), "{told} in\n{refused}");
    }
}

#[test]
fn an_issuer_is_reached_over_tls_or_on_this_machine() {
    for (issuer, is_one) in [
        ("https://login.example", true),
        ("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0", true),
        ("http://127.0.0.1:8080/", true),
        ("http://[::1]:8080", true),
        ("http://localhost/desk", true),
        ("http://login.example", false),
        ("http://127.0.0.1.login.example", false),
        ("http://localhost.login.example", false),
        ("https://", false),
        ("login.example", false),
        ("HTTPS://login.example", false),
        (" https://login.example", false),
        ("https://login.example ", false),
        ("https://desk@login.example", false),
        ("https://login.example?tenant=x", false),
        ("https://login.example#x", false),
        ("ftp://login.example", false),
    ] {
        assert_eq!(checks::is_issuer(issuer), is_one, "{issuer}");
    }
}

#[test]
fn secrets_are_masked_when_printed() {
    let settings = with(&[("UURWERK_ADMIN_TOKEN", "geheim"), ("UURWERK_DATABASE_URL", "postgres://u:geheim@db/x")]).expect("settings");
    let printed = format!("{} {:?}", toml::to_string(&settings).expect("they print"), settings.admin);
    assert!(!printed.contains("geheim"), "{printed}");
}

#[test]
fn sec_03_a_secret_in_a_settings_file_is_refused_without_being_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    let read = |text: &str| {
        std::fs::write(&file, text).expect("a file");
        Settings::from_parts(Some(&file), std::iter::empty()).map_err(|error| error.to_string())
    };
    let refused = read(
        "[admin]\ntoken = \"geheim\"\n[mail.smtp]\npassword = \"geheim\"\n[attachments.s3]\nsecret = \"geheim\"\n\
         [database]\nurl = \"postgres://u:geheim@db/x\"\n",
    );
    let told = refused.expect_err("they are refused");
    for (key, variable) in [
        ("admin.token", "UURWERK_ADMIN_TOKEN_FILE"),
        ("mail.smtp.password", "UURWERK_MAIL_SMTP_PASSWORD_FILE"),
        ("attachments.s3.secret", "UURWERK_ATTACHMENTS_S3_SECRET_FILE"),
        ("database.url", "UURWERK_DATABASE_URL_FILE"),
    ] {
        assert!(told.contains(key) && told.contains(variable), "{key}: {told}");
    }
    assert!(!told.contains("geheim"), "{told}");
    assert!(read("[admin]\ntoken = \"\"\n[database]\nurl = \"postgres://db/x?sslmode=require\"\n").is_ok());
    assert!(read("[database]\nurl = \"postgres://desk@db/x\"\n").is_ok());
    // From a file of its own, or from the environment.
    std::fs::write(&file, "geheim\n").expect("a file");
    let path = file.display().to_string();
    let settings = with(&[("UURWERK_ADMIN_TOKEN_FILE", &path), ("UURWERK_MAIL_SMTP_PASSWORD", "geheim")]).expect("settings");
    assert_eq!(settings.admin.token.as_ref().map(Secret::reveal), Some("geheim"));
    assert!(!toml::to_string_pretty(&settings).expect("text").contains("geheim"));
}

/// A settings file with these keys of a mailbox that is fetched, and variables.
fn fetched(keys: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, format!("[mailboxes.support.imap]\n{keys}")).expect("a file");
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_parts(Some(&file), variables).map_err(|error| error.to_string())
}

const IMAP: &str = "UURWERK_MAILBOXES_SUPPORT_IMAP_";
const PLAIN: &str = "host = \"imap.example\"\nusername = \"office\"\n";

#[test]
fn a_mailbox_is_fetched_with_a_password_or_a_secret_from_elsewhere_than_the_settings_file() {
    let settings = fetched(PLAIN, &[(&format!("{IMAP}PASSWORD"), "geheim"), (&format!("{IMAP}POLL_SECONDS"), "5")]).expect("settings");
    let imap = settings.mailboxes["support"].imap.as_ref().expect("a mailbox that is fetched");
    assert_eq!((&*imap.host, imap.port, imap.tls, imap.poll_seconds, imap.timeout_seconds), ("imap.example", 993, Tls::Tls, 5, 30));
    assert_eq!((imap.folder.as_str(), imap.done_folder.as_str()), ("INBOX", "Verwerkt"));
    assert_eq!(imap.password.as_ref().map(Secret::reveal), Some("geheim"));
    assert!(!format!("{settings:?} {}", toml::to_string(&settings).expect("they print")).contains("geheim"));

    let oauth = format!(
        "{PLAIN}[mailboxes.support.imap.oauth]\ntoken_url = \"https://login.example/token\"\nclient_id = \"desk\"\nscope = \"mail\"\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "geheim\n").expect("a file");
    let settings = fetched(&oauth, &[(&format!("{IMAP}OAUTH_CLIENT_SECRET_FILE"), &secret.display().to_string())]).expect("settings");
    let imap = settings.mailboxes["support"].imap.as_ref().expect("a mailbox that is fetched");
    let oauth = imap.oauth.as_ref().expect("tokens");
    assert_eq!((oauth.client_secret.as_ref().map(Secret::reveal), &imap.password), (Some("geheim"), &None));
    assert!(!format!("{settings:?} {}", toml::to_string(&settings).expect("they print")).contains("geheim"));

    let refused = fetched(&format!("{PLAIN}password = \"geheim\"\n"), &[]).expect_err("a secret in the file");
    assert!(refused.contains("UURWERK_MAILBOXES_SUPPORT_IMAP_PASSWORD_FILE") && !refused.contains("geheim"), "{refused}");
}

#[test]
fn everything_that_is_wrong_with_a_mailbox_that_is_fetched_is_told_at_once() {
    let keys = "host = \"imap.example:993\"\nport = 0\ntls = \"none\"\nusername = \" \"\nfolder = \"Binnen\"\ndone_folder = \"binnen\"\n\
        poll_seconds = 0\ntimeout_seconds = 0\n\
        [mailboxes.support.imap.oauth]\ntoken_url = \"http://login.example/token\"\nclient_id = \"\"\nscope = \" \"\n";
    let refused = fetched(keys, &[(&format!("{IMAP}PASSWORD"), "geheim")]).expect_err("they cannot be");
    let mut told: Vec<_> =
        refused.lines().filter_map(|line| line.strip_prefix("settings: mailboxes.support.imap.")?.split(' ').next()).collect();
    told.sort_unstable();
    let expected = [
        "done_folder",
        "host",
        "oauth.client_id",
        "oauth.client_secret",
        "oauth.scope",
        "oauth.token_url",
        "password",
        "poll_seconds",
        "port",
        "timeout_seconds",
        "tls",
        "username",
    ];
    let told: Vec<_> = told.into_iter().map(|key| key.trim_end_matches(':')).collect();
    assert_eq!((told, refused.lines().count(), refused.contains("geheim")), (expected.to_vec(), expected.len(), false), "{refused}");

    for (keys, key) in [
        (PLAIN.to_owned(), "password"),
        (format!("{PLAIN}done_folder = \"Klaar*\"\n"), "done_folder"),
        (format!("{PLAIN}colour = 1\n"), "colour"),
        (format!("{PLAIN}certificate = \"-----BEGIN CERTIFICATE-----\"\n"), "certificate"),
        ("username = \"office\"\n".to_owned(), "host"),
    ] {
        let password = [(&*format!("{IMAP}PASSWORD"), "geheim")];
        let refused = fetched(&keys, if key == "password" { &[] } else { &password }).expect_err("they cannot be");
        assert!(refused.lines().count() == 1 && refused.contains(&format!("mailboxes.support.imap.{key}")), "{refused}");
    }
}

#[test]
fn one_folder_is_fetched_for_one_mailbox() {
    let other = "[mailboxes.servicedesk.imap]\nhost = \"IMAP.example\"\nusername = \"Office\"\nfolder = \"inbox\"\n";
    let keys = format!("{PLAIN}{other}");
    let passwords = [(&*format!("{IMAP}PASSWORD"), "geheim"), ("UURWERK_MAILBOXES_SERVICEDESK_IMAP_PASSWORD", "geheim")];
    let refused = fetched(&keys, &passwords).expect_err("they cannot be");
    assert!(refused.contains("mailboxes.support.imap.folder") && refused.contains("mailboxes.servicedesk"), "{refused}");
    fetched(&keys.replace("folder = \"inbox\"", "folder = \"Anders\""), &passwords).expect("settings");
}

#[test]
fn lmtp_is_listened_for_where_only_this_machine_comes() {
    for (listen, can_be) in [
        ("", true),
        ("unix:/run/uurwerk/lmtp", true),
        ("127.0.0.1:2424", true),
        ("[::1]:2424", true),
        ("unix:", false),
        ("0.0.0.0:2424", false),
        ("192.0.2.1:2424", false),
        ("127.0.0.1", false),
        ("/run/uurwerk/lmtp", false),
    ] {
        let read = with(&[("UURWERK_LMTP_LISTEN", listen)]).map_err(|error| error.to_string());
        assert_eq!(
            read.as_ref().err().map(|told| told.contains("lmtp.listen (UURWERK_LMTP_LISTEN)")),
            (!can_be).then_some(true),
            "{listen}"
        );
    }
}

#[test]
fn a_scanner_is_on_this_machine_or_on_a_network_of_ones_own() {
    let place = |scanner| with(&[("UURWERK_ATTACHMENTS_SCANNER", scanner)]).map(|settings| settings.attachments.scanner_place());
    assert_eq!(place("").ok(), Some(None));
    assert_eq!(place("unix:/run/clamav/clamd.ctl").ok(), Some(Some(ScannerPlace::Socket("/run/clamav/clamd.ctl".into()))));
    for near in ["127.0.0.1:3310", "10.1.2.3:3310", "192.168.0.9:3310", "[::1]:3310", "[fd00::7]:3310"] {
        let address = near.parse().expect("an address");
        assert_eq!(place(near).ok(), Some(Some(ScannerPlace::Network(address))), "{near}");
    }
    for wrong in ["unix:", "/run/clamav/clamd.ctl", "clamav:3310", "127.0.0.1", "192.0.2.7:3310", "[2001:db8::1]:3310", "0.0.0.0:3310"] {
        assert!(
            place(wrong)
                .is_err_and(|error| error.to_string().contains("attachments.scanner (UURWERK_ATTACHMENTS_SCANNER): must be unix:PATH")),
            "{wrong}"
        );
    }
}
