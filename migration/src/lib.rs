//! The database, step by step, in the order applied. Knows nothing of `entity`.

mod m0001_desk;
mod m0002_lists;
mod m0003_attachments;
mod m0004_outbox;
mod m0005_amendments;
mod m0006_screens;
mod m0007_obligations;
mod m0009_inbound_mail;
mod m0010_sandbox_advances;
mod m0011_write_trial;
mod m0012_timekeeping;
mod m0013_mail_identity;
mod m0014_outbound_mailbox;
mod m0016_who_sees_and_acts;
mod m0017_provisional_due;
mod m0018_reports;
mod m0019_approvals;
mod m0020_outbound_mail;
mod m0021_strangers;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Every step there is.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_desk::Step),
            Box::new(m0002_lists::Step),
            Box::new(m0003_attachments::Step),
            Box::new(m0004_outbox::Step),
            Box::new(m0005_amendments::Step),
            Box::new(m0006_screens::Step),
            Box::new(m0007_obligations::Step),
            Box::new(m0009_inbound_mail::Step),
            Box::new(m0010_sandbox_advances::Step),
            Box::new(m0011_write_trial::Step),
            Box::new(m0012_timekeeping::Step),
            Box::new(m0013_mail_identity::Step),
            Box::new(m0014_outbound_mailbox::Step),
            Box::new(m0016_who_sees_and_acts::Step),
            Box::new(m0017_provisional_due::Step),
            Box::new(m0018_reports::Step),
            Box::new(m0019_approvals::Step),
            Box::new(m0020_outbound_mail::Step),
            Box::new(m0021_strangers::Step),
        ]
    }
}
