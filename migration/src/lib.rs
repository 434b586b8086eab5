//! The database, step by step, in the order applied. Knows nothing of `entity`.

mod m0001_desk;
mod m0002_lists;
mod m0004_outbox;
mod m0005_amendments;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Every step there is.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_desk::Step), Box::new(m0002_lists::Step), Box::new(m0004_outbox::Step), Box::new(m0005_amendments::Step)]
    }
}
