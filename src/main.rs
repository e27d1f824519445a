use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["__nats-server", "--parent", parent, "--lock", lock, "--binary", binary, "--config", config] =
        words[..]
        && let Ok(parent) = parent.parse()
    {
        let fault =
            homing::log::server::become_server(parent, Path::new(lock), Path::new(binary), Path::new(config));
        eprintln!("{fault}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
