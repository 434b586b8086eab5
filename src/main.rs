//! Temporary.
fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let source = match uurwerk::contracts::load(std::path::Path::new(&args[1])) {
        Ok(s) => s,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(1)
        }
    };
    uurwerk::simulate::run(&source.contract, args.len() > 2, std::io::stdin().lock(), std::io::stdout().lock())
}
