//! Reports: read only. Rows in, figures out; every figure states its population.

pub mod layout;
pub mod service_management;
pub mod what_if;
