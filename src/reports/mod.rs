//! Reports: read only. Rows in, figures out; every figure states its population.

pub mod service_management;
pub mod text;
pub mod what_if;
