//! The database, step by step, in the order applied. Knows nothing of `entity`.
//!
//! Every row of a client carries its organisation. Nothing was released before these steps: a database of an earlier build is not
//! carried over.

mod m0001_agreements;
mod m0002_people;
mod m0003_tickets;
mod m0004_obligations;
mod m0005_histories;
mod m0006_attachments;
mod m0007_mail;
mod m0008_keeping;
mod m0009_access;
mod m0010_tokens;
mod m0011_roles;
mod m0012_contacts;
mod m0013_restricted;
mod m0014_audit;
mod m0015_sealing;
mod m0016_privacy;
mod m0017_retention;
mod m0019_sign_ins;
mod m0020_signatures;
mod m0021_departures;
mod m0022_remains;
mod m0024_clients_of_amendments;
mod m0025_tickets_of_holds;
mod m0026_former_identities;
mod m0027_about_tickets;
mod m0028_searched_texts;
mod m0029_desk_work;
mod m0030_merges;
mod m0032_former_texts;
mod m0033_response_teams;
mod m0034_security_signals;
mod m0040_routing;
mod m0041_what_tickets_wait_for;
mod m0042_mail_caps;
mod m0043_signing_key;
mod m0044_authentication;
mod m0045_desk_names;
mod m0046_bounced;
mod m0047_cut_messages;
mod m0048_waiting_mails;
mod m0049_scans;
mod m0050_mail_signatures;
mod table;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_agreements::Step),
            Box::new(m0002_people::Step),
            Box::new(m0003_tickets::Step),
            Box::new(m0004_obligations::Step),
            Box::new(m0005_histories::Step),
            Box::new(m0006_attachments::Step),
            Box::new(m0007_mail::Step),
            Box::new(m0008_keeping::Step),
            Box::new(m0009_access::Step),
            Box::new(m0010_tokens::Step),
            Box::new(m0011_roles::Step),
            Box::new(m0012_contacts::Step),
            Box::new(m0013_restricted::Step),
            Box::new(m0014_audit::Step),
            Box::new(m0015_sealing::Step),
            Box::new(m0016_privacy::Step),
            Box::new(m0017_retention::Step),
            Box::new(m0019_sign_ins::Step),
            Box::new(m0020_signatures::Step),
            Box::new(m0021_departures::Step),
            Box::new(m0022_remains::Step),
            Box::new(m0024_clients_of_amendments::Step),
            Box::new(m0025_tickets_of_holds::Step),
            Box::new(m0026_former_identities::Step),
            Box::new(m0027_about_tickets::Step),
            Box::new(m0028_searched_texts::Step),
            Box::new(m0029_desk_work::Step),
            Box::new(m0030_merges::Step),
            Box::new(m0032_former_texts::Step),
            Box::new(m0033_response_teams::Step),
            Box::new(m0034_security_signals::Step),
            Box::new(m0040_routing::Step),
            Box::new(m0041_what_tickets_wait_for::Step),
            Box::new(m0042_mail_caps::Step),
            Box::new(m0043_signing_key::Step),
            Box::new(m0044_authentication::Step),
            Box::new(m0045_desk_names::Step),
            Box::new(m0046_bounced::Step),
            Box::new(m0047_cut_messages::Step),
            Box::new(m0048_waiting_mails::Step),
            Box::new(m0049_scans::Step),
            Box::new(m0050_mail_signatures::Step),
        ]
    }
}
