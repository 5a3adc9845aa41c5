//! A whole run against its floors, in one process tree: CPU time of `analyze`
//! over CPU time of only inflating the same objects with the same crate, and of
//! inflating, hashing and splitting them into raw records with the same crates;
//! its speed on two cores against one; and its peak memory at this size and at
//! four times this size.
//!
//! `cargo bench --bench floor`; `DEVTRAIL_BENCH_EVENTS` sets the size
//! (default 1,000,000). Linux only: it reads /proc.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use devtrail::evidence::discover::discover;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

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
    let records: u64 = objects.iter().map(|bytes| split(bytes)).sum();
    assert!(records >= events, "{records} raw records of {events} events");
    let (mut floors, mut splits) = (Vec::new(), Vec::new());
    let (mut runs, mut ones, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors
            .push(own_cost(|| assert_eq!(objects.iter().map(|bytes| inflate(bytes)).sum::<u64>(), inflated)));
        splits.push(own_cost(|| assert_eq!(objects.iter().map(|bytes| split(bytes)).sum::<u64>(), records)));
        runs.push(analyze(&small, scratch.path(), &["--threads", "2"]));
        ones.push(analyze(&small, scratch.path(), &["--threads", "1"]));
        heads.push(analyze(&small, scratch.path(), &["--threads", "2", "--format", "json"]));
    }
    drop(objects);
    let (floor, split) = (median(&mut floors), median(&mut splits));
    let cpu = median_cpu_s(&runs);
    println!("inflate only:  {floor:.2} CPU s");
    println!(
        "floor:         {split:.2} CPU s to inflate, hash (stored and inflated) and split into raw records"
    );
    println!(
        "analyze:       {cpu:.2} CPU s = {:.2} x inflate only = {:.2} x floor",
        cpu / floor,
        cpu / split
    );
    println!(
        "               {:.0} MB/s and {:.0} events/s of one core",
        inflated as f64 / 1e6 / cpu,
        events as f64 / cpu
    );
    let head = median_cpu_s(&heads);
    println!(
        "--format json: {head:.2} CPU s = {:.2} x inflate only = {:.2} x floor",
        head / floor,
        head / split
    );
    let wall = |runs: &[Cost]| median(&mut runs.iter().map(|run| run.wall_s).collect::<Vec<_>>());
    let (one, two) = (wall(&ones), wall(&runs));
    println!("wall time:     {one:.2} s on one core, {two:.2} s on two: {:.2} times as fast", one / two);
    let all: Vec<Cost> = (0..ROUNDS).map(|_| analyze(&small, scratch.path(), &EVERY_EVENT)).collect();
    let all_cpu = median(&mut all.iter().map(|run| run.cpu_s).collect::<Vec<_>>());
    let all_peak = all.iter().map(|run| run.peak_kib).max().unwrap_or_default();
    println!(
        "--events all:  {all_cpu:.2} CPU s = {:.2} x inflate only = {:.2} x floor; peak {} MiB",
        all_cpu / floor,
        all_cpu / split,
        all_peak / 1024
    );
    let peak = runs.iter().map(|run| run.peak_kib).max().unwrap_or_default();
    let large = generate(scratch.path(), events * 4);
    let four = analyze(&large, scratch.path(), &[]);
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
    let read = |path: &Path| std::fs::read(path).expect("a generated object");
    found.iter().map(|one| read(&one.location())).filter(|bytes| bytes.starts_with(&[0x1f, 0x8b])).collect()
}

fn inflate(stored: &[u8]) -> u64 {
    let mut content = Vec::new();
    flate2::bufread::MultiGzDecoder::new(stored).read_to_end(&mut content).expect("sound gzip");
    content.len() as u64
}

/// An object of a trail as far as its framing goes.
#[derive(serde::Deserialize)]
struct Log<'a> {
    #[serde(rename = "Records", borrow, default)]
    records: Vec<&'a RawValue>,
}

/// Inflates an object, hashes what is stored and what comes out, and splits it
/// into raw records: how many. Any tool that accounts for every byte does this.
fn split(stored: &[u8]) -> u64 {
    let mut content = Vec::new();
    flate2::bufread::MultiGzDecoder::new(stored).read_to_end(&mut content).expect("sound gzip");
    black_box((Sha256::digest(stored), Sha256::digest(&content)));
    let text = std::str::from_utf8(&content).expect("UTF-8");
    serde_json::from_str::<Log<'_>>(text).map_or(0, |log| black_box(log.records).len() as u64)
}

/// What one run of the binary cost.
struct Cost {
    cpu_s: f64,
    wall_s: f64,
    peak_kib: u64,
}

/// From a dump to sorted Parquet of every event.
const EVERY_EVENT: [&str; 4] = ["--events", "all", "--format", "parquet"];

fn analyze(dump: &Path, scratch: &Path, more: &[&str]) -> Cost {
    let out = scratch.join("audit");
    let before = children_cpu_s();
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_devtrail"))
        .args(["analyze", "-q", "--force"])
        .arg(dump)
        .arg("-o")
        .arg(&out)
        .args(more)
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
    Cost { cpu_s: children_cpu_s() - before, wall_s: started.elapsed().as_secs_f64(), peak_kib }
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

fn own_cost(work: impl FnOnce()) -> f64 {
    let before = own_cpu_s();
    work();
    own_cpu_s() - before
}

fn children_cpu_s() -> f64 {
    cpu_s([16, 17])
}

fn median_cpu_s(runs: &[Cost]) -> f64 {
    median(&mut runs.iter().map(|run| run.cpu_s).collect::<Vec<_>>())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
