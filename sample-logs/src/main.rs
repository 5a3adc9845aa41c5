//! The command line of the generator.

use clap::{Parser, Subcommand};
use sample_logs::{Options, casebook};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes synthetic CloudTrail and AMS RFC dumps for tests, benchmarks and demonstrations
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a landing zone of any size: OUT/dump and OUT/truth.json
    Generate {
        /// Same seed, same bytes
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// Different events, each delivered once or twice
        #[arg(long, default_value_t = 100_000)]
        events: u64,
        /// Days the dump spans, ten at least
        #[arg(long, default_value_t = 14)]
        days: u32,
        /// Deliver every event once only
        #[arg(long)]
        single_delivery: bool,
        /// Folder to write into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write the committed cases and the demo again; `expected` folders are left alone
    Cases {
        /// Folder of this crate, which holds `cases` and `demo`
        #[arg(long, value_name = "DIR", default_value = env!("CARGO_MANIFEST_DIR"), hide_default_value = true)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done if standard error is closed too.
            let _ = writeln!(io::stderr(), "Error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<()> {
    match command {
        Command::Generate { seed, events, days, single_delivery, out } => {
            let truth = sample_logs::generate(&Options { seed, events, days, single_delivery }, &out)?;
            let totals = &truth.totals;
            writeln!(
                io::stdout(),
                "{} records of {} events, {} RFCs, {} windows, {} mode sessions in {}",
                totals.records,
                totals.unique,
                totals.rfcs,
                truth.windows.len(),
                truth.sessions.len(),
                out.display()
            )
        }
        Command::Cases { out } => {
            let names = casebook::rewrite(&out)?;
            writeln!(io::stdout(), "{} cases and the demo in {}", names.len(), out.display())
        }
    }
}
