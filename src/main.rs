//! Runs what the command line asks.

#[actix_web::main]
async fn main() -> std::process::ExitCode {
    Box::pin(uurwerk::cli::run()).await
}
