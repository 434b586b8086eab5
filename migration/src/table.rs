//! Tables and indexes as a step states them. SQLite cannot add a foreign key to an existing table, so they are part of `CREATE TABLE`.

use sea_orm_migration::prelude::*;

/// A table; its first column is its key.
pub fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create().table(Alias::new(name)).to_owned();
    for (at, mut column) in columns.into_iter().enumerate() {
        if at == 0 {
            column.primary_key();
        }
        table.col(column);
    }
    table
}

/// A table with one foreign key: `column` refers to the id of `other`.
pub fn table_of(name: &'static str, column: &'static str, other: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = table(name, columns);
    table.foreign_key(ForeignKey::create().from(Alias::new(name), Alias::new(column)).to(Alias::new(other), Alias::new("id")));
    table
}

/// Makes tables, then runs statements. Most of those make indexes, many of them partial, so that they grow with the work that waits and
/// not with everything the desk ever did.
pub async fn make(manager: &SchemaManager<'_>, tables: Vec<TableCreateStatement>, statements: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Drops tables in the order given; one that a later step dropped for good is not there any more.
pub async fn unmake(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().if_exists().table(Alias::new(*table)).to_owned()).await?;
    }
    Ok(())
}

/// A step: what it makes, and the tables it drops when undone; or statements alone, of which others undo them.
macro_rules! step {
    ($statements:expr, undone by statements $undone:expr) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Step;

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Step {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::table::make(manager, Vec::new(), $statements).await
            }

            async fn down(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::table::make(manager, Vec::new(), $undone).await
            }
        }
    };
    ($tables:expr, $statements:expr, undone by $names:expr) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Step;

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Step {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::table::make(manager, $tables, $statements).await
            }

            async fn down(&self, manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::table::unmake(manager, $names).await
            }
        }
    };
}
pub(crate) use step;
