//! With room for nothing in memory every case is told as with room for all.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;
use devtrail::cli::{Cli, Command};
use devtrail::dump::Observer;
use devtrail::{command, run};

use crate::cases::{arguments, cases};
use crate::runner::{project, scratch};

struct Quiet;

impl Observer for Quiet {
    fn found(&self, _: u64, _: u64) {}
    fn object(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// The sums of all reports of a run whose lists may hold so many bytes; `None` for as
/// many as usual.
fn sums(dump: &Path, args: &[String], memory_limit_bytes: Option<usize>) -> String {
    let folder = scratch();
    let out = folder.path().join("out");
    let words = ["devtrail", "analyze"].map(OsString::from).into_iter();
    let words =
        words.chain([dump.into(), "-o".into(), out.clone().into()]).chain(args.iter().map(OsString::from));
    let cli = Cli::try_parse_from(words).expect("arguments of a case");
    let Command::Analyze(flags) = cli.command else { panic!("it is analyze") };
    let mut options = command::options(&flags).expect("options of a case");
    options.memory_limit_bytes = memory_limit_bytes.unwrap_or(options.memory_limit_bytes);
    run::analyze(&options, &Quiet, &AtomicBool::new(false)).expect("a report");
    std::fs::read_to_string(out.join("SHA256SUMS")).expect("sums")
}

#[test]
fn every_case_is_told_alike_with_room_for_nothing() {
    let demo = (project().join("sample-logs/demo"), Vec::new());
    let all = cases().into_iter().map(|case| (case.join("input"), arguments(&case)));
    for (dump, args) in all.chain([demo]) {
        let whole = sums(&dump, &args, None);
        assert!(whole.lines().count() > 20, "{whole}");
        assert_eq!(sums(&dump, &args, Some(0)), whole, "{}", dump.display());
    }
}
