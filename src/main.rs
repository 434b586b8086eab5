//! Runs what the command line asks.

#[actix_web::main]
async fn main() -> std::process::ExitCode {
    uurwerk::cli::run().await
}
