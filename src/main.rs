//! Parse, run, print the error, choose the exit code.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{CommandFactory, Parser};
use devtrail::cli::{Cli, Command};
use devtrail::command;
use devtrail::error::{Error, ErrorKind};
use devtrail::rules_command;
use devtrail::terminal::{Terminal, Verbosity};

/// Set by the interrupt signal, looked at between objects.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Gives back to the system what a stage has let go.
#[cfg(unix)]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // What becomes an error with a hint needs no words of its own.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !devtrail::report::workbook::is_caught(panic) {
            usual(panic);
        }
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match &cli.command {
        Command::Analyze(flags) => {
            watch_interrupt().and_then(|()| command::analyze(flags, cli.color, &INTERRUPTED))
        }
        Command::Verify(flags) => {
            watch_interrupt().and_then(|()| command::verify(flags, cli.color, &INTERRUPTED))
        }
        Command::Ingest(flags) => {
            watch_interrupt().and_then(|()| command::ingest(flags, cli.color, &INTERRUPTED))
        }
        Command::Explain(flags) => command::explain(flags, cli.color),
        Command::Compare(flags) => command::compare(flags, cli.color),
        Command::Search(flags) => {
            watch_interrupt().and_then(|()| command::search(flags, cli.color, &INTERRUPTED))
        }
        Command::Rules { action } => rules_command::rules(action, cli.color),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "devtrail", &mut script);
            print(&script)
        }
        Command::Man => command::man_page().and_then(|page| print(&page)),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            Terminal::new(cli.color, Verbosity::default()).error(&error);
            ExitCode::from(match error.kind() {
                ErrorKind::Usage => 2,
                ErrorKind::Failed => 4,
                ErrorKind::Interrupted => 130,
            })
        }
    }
}

fn watch_interrupt() -> Result<(), Error> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .map_err(|source| Error::Signal(Box::new(source)))
}

fn print(bytes: &[u8]) -> Result<u8, Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::Stdout).map(|()| 0)
}
