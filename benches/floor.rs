//! A whole run against its floor, in one process tree: CPU time of `analyze`
//! over CPU time of only inflating the same objects with the same crate, and
//! the peak memory of `analyze` at this size and at four times this size.
//!
//! `cargo bench --bench floor`; `DEVTRAIL_BENCH_EVENTS` sets the size
//! (default 1,000,000). Linux only: it reads /proc.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use devtrail::evidence::discover::discover;

/// Runs of each kind; the median counts.
const ROUNDS: usize = 5;

fn main() {
    let events = events();
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let small = generate(scratch.path(), events);
    println!("{events} events, seed 7, medians of {ROUNDS}");
    let objects = stored(&small);
    let inflated: u64 = objects.iter().map(|bytes| inflate(bytes)).sum();
    println!("inflated: {:.1} MB", inflated as f64 / 1e6);
    let mut floors = Vec::new();
    let mut runs = Vec::new();
    for _ in 0..ROUNDS {
        let before = own_cpu_s();
        assert_eq!(objects.iter().map(|bytes| inflate(bytes)).sum::<u64>(), inflated);
        floors.push(own_cpu_s() - before);
        runs.push(analyze(&small, scratch.path()));
    }
    drop(objects);
    let floor = median(&mut floors);
    let cpu = median(&mut runs.iter().map(|run| run.cpu_s).collect::<Vec<_>>());
    println!("inflate only:  {floor:.2} CPU s");
    println!("analyze:       {cpu:.2} CPU s = {:.2} x inflate only", cpu / floor);
    println!(
        "               {:.0} MB/s and {:.0} events/s of one core",
        inflated as f64 / 1e6 / cpu,
        events as f64 / cpu
    );
    let all: Vec<Cost> = (0..ROUNDS).map(|_| analyze_with(&small, scratch.path(), &EVERY_EVENT)).collect();
    let all_cpu = median(&mut all.iter().map(|run| run.cpu_s).collect::<Vec<_>>());
    let all_peak = all.iter().map(|run| run.peak_kib).max().unwrap_or_default();
    println!(
        "--events all:  {all_cpu:.2} CPU s = {:.2} x inflate only; peak {} MiB",
        all_cpu / floor,
        all_peak / 1024
    );
    let peak = runs.iter().map(|run| run.peak_kib).max().unwrap_or_default();
    let large = generate(scratch.path(), events * 4);
    let four = analyze(&large, scratch.path());
    println!("peak memory:   {} MiB; {} MiB at four times the events", peak / 1024, four.peak_kib / 1024);
}

fn events() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the size of a bench")]
    let named = std::env::var("DEVTRAIL_BENCH_EVENTS").ok();
    named.and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

fn generate(scratch: &Path, events: u64) -> PathBuf {
    let folder = scratch.join(events.to_string());
    let options = sample_logs::Options { seed: 7, events, days: 14, single_delivery: true };
    sample_logs::generate(&options, &folder).expect("a dump");
    folder.join("dump")
}

fn stored(dump: &Path) -> Vec<Vec<u8>> {
    let found = discover(&[dump.to_owned()]).expect("its objects");
    #[expect(clippy::disallowed_methods, reason = "a bench reads what it generated")]
    let read = |path: &PathBuf| std::fs::read(path).expect("a generated object");
    found.iter().map(|one| read(&one.location)).filter(|bytes| bytes.starts_with(&[0x1f, 0x8b])).collect()
}

fn inflate(stored: &[u8]) -> u64 {
    let mut content = Vec::new();
    flate2::bufread::MultiGzDecoder::new(stored).read_to_end(&mut content).expect("sound gzip");
    content.len() as u64
}

/// What one run of the binary cost.
struct Cost {
    cpu_s: f64,
    peak_kib: u64,
}

/// From a dump to sorted Parquet of every event.
const EVERY_EVENT: [&str; 4] = ["--events", "all", "--format", "parquet"];

fn analyze(dump: &Path, scratch: &Path) -> Cost {
    analyze_with(dump, scratch, &[])
}

fn analyze_with(dump: &Path, scratch: &Path, flags: &[&str]) -> Cost {
    let out = scratch.join("audit");
    let before = children_cpu_s();
    let mut child = Command::new(env!("CARGO_BIN_EXE_devtrail"))
        .args(["analyze", "-q", "--force"])
        .arg(dump)
        .arg("-o")
        .arg(&out)
        .args(flags)
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "{status}");
    Cost { cpu_s: children_cpu_s() - before, peak_kib }
}

fn proc_text(path: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the kernel's own account of this process")]
    std::fs::read_to_string(path).unwrap_or_default()
}

/// `VmHWM`: the most memory a process ever had.
fn peak_of(pid: u32) -> u64 {
    let status = proc_text(&format!("/proc/{pid}/status"));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Fields 14 to 17 of /proc/self/stat, in ticks of 1/100 s.
fn cpu_s(fields: [usize; 2]) -> f64 {
    let stat = proc_text("/proc/self/stat");
    let after_name = stat.rsplit(')').next().unwrap_or_default().to_owned();
    let ticks: u64 = fields
        .iter()
        .filter_map(|field| after_name.split_whitespace().nth(field - 3)?.parse::<u64>().ok())
        .sum();
    ticks as f64 / 100.0
}

fn own_cpu_s() -> f64 {
    cpu_s([14, 15])
}

fn children_cpu_s() -> f64 {
    cpu_s([16, 17])
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
