//! Throughput of each stage and of a whole run, on one generated dump with a
//! fixed seed: MB/s of inflated JSON, and events/s.
//!
//! `cargo bench --bench pipeline`

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Parser;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use devtrail::catalogue::Catalogue;
use devtrail::classify::Classifier;
use devtrail::cli::{Cli, Command};
use devtrail::command;
use devtrail::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use devtrail::detect::{Detector, RuleSet};
use devtrail::dump::Observer;
use devtrail::evidence::discover::discover;
use devtrail::evidence::read::{Buffer, Hashes, read};
use devtrail::examine::{Depth, Examiner};
use devtrail::model::time::UtcTime;
use devtrail::report::folder::Staging;
use devtrail::report::headline::Headline;
use devtrail::report::{OUTPUTS, RunFacts, SCHEMA_VERSION, write_all};
use devtrail::run;
use devtrail::usage::Usage;
use sha2::{Digest, Sha256};

/// Events of the dump.
const EVENTS: u64 = 50_000;

/// The dump, its objects as stored, and what they inflate to.
struct Dump {
    folder: tempfile::TempDir,
    stored: Vec<Vec<u8>>,
    inflated: Vec<Vec<u8>>,
    bytes: u64,
}

impl Dump {
    fn path(&self) -> PathBuf {
        self.folder.path().join("dump")
    }
}

fn dump() -> Dump {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = sample_logs::Options { seed: 7, events: EVENTS, days: 14, single_delivery: true };
    sample_logs::generate(&options, folder.path()).expect("a dump");
    let found = discover(&[folder.path().join("dump")]).expect("its objects");
    let paths: Vec<PathBuf> = found.into_iter().map(|one| one.location().into_owned()).collect();
    let stored: Vec<Vec<u8>> =
        paths.iter().map(|path| bytes_of(path)).filter(|bytes| bytes.starts_with(&[0x1f, 0x8b])).collect();
    let inflated: Vec<Vec<u8>> = stored.iter().map(|bytes| inflate(bytes)).collect();
    let bytes = inflated.iter().map(|content| content.len() as u64).sum();
    Dump { folder, stored, inflated, bytes }
}

fn bytes_of(path: &Path) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "a bench reads what it generated")]
    std::fs::read(path).expect("a generated object")
}

fn inflate(stored: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::bufread::MultiGzDecoder::new(stored).read_to_end(&mut content).expect("sound gzip");
    content
}

/// Counts records, and asks the classifier if there is one.
struct Counting<'c> {
    classifier: Option<Classifier<'c>>,
    records: u64,
    matter: u64,
}

impl Sink for Counting<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        let matters = self.classifier.as_ref().is_some_and(|one| one.may_matter(&record.head, record.text));
        self.matter += u64::from(matters);
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}

fn decode_all(dump: &mut Dump, classifier: Option<Classifier<'_>>) -> (u64, u64) {
    let mut sink = Counting { classifier, records: 0, matter: 0 };
    for content in &mut dump.inflated {
        decode::decode(content, &mut sink);
    }
    (sink.records, sink.matter)
}

fn stages(criterion: &mut Criterion) {
    let mut dump = dump();
    let catalogue = Catalogue::builtin();
    let mut group: BenchmarkGroup<'_, _> = criterion.benchmark_group("stage");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Bytes(dump.bytes));
    group.bench_function("inflate", |bench| {
        bench.iter(|| dump.stored.iter().map(|stored| inflate(black_box(stored)).len()).sum::<usize>());
    });
    group.bench_function("read, hash and inflate", |bench| {
        let found = discover(&[dump.path()]).expect("its objects");
        let mut buffer = Buffer::default();
        bench.iter(|| {
            found.iter().map(|one| read(&one.location(), Hashes::Both, &mut buffer).bytes).sum::<u64>()
        });
    });
    group.bench_function("decode", |bench| bench.iter(|| black_box(decode_all(&mut dump, None))));
    group.bench_function("decode and classify", |bench| {
        bench.iter(|| black_box(decode_all(&mut dump, Some(Classifier::new(&catalogue)))));
    });
    group.bench_function("hash, stored and inflated", |bench| {
        bench.iter(|| {
            let digests =
                dump.stored.iter().chain(&dump.inflated).map(|bytes| Sha256::digest(black_box(bytes))[0]);
            digests.fold(0u8, u8::wrapping_add)
        });
    });
    group.bench_function("read and examine", |bench| bench.iter(|| black_box(examine_all(&dump))));
    group.finish();
}

/// Every object from its bytes to counts and kept events, on one thread: all of a
/// run that grows with the dump but for comparing copies.
fn examine_all(dump: &Dump) -> u64 {
    let (catalogue, rules) = (Catalogue::builtin(), RuleSet::builtin());
    let classifier = Classifier::new(&catalogue);
    let examiner = Examiner::new(classifier, Detector::new(&rules, &catalogue), Depth::Records);
    let examiner = Examiner { usage: Some(Usage::new(examiner.key, None)), ..examiner };
    let found = discover(&[dump.path()]).expect("its objects");
    let opened = found.iter().map(|one| examiner.examine(one, &AtomicBool::new(false)));
    opened.flat_map(|one| one.examined).map(|one| one.counts.seen).sum()
}

/// Takes no part in a run.
struct Quiet;

impl Observer for Quiet {
    fn found(&self, _: u64, _: u64) {}
    fn object(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// Each output of one report.
fn outputs(criterion: &mut Criterion) {
    let dump = dump();
    let out = dump.folder.path().join("audit").into_os_string();
    let words = ["devtrail", "analyze", "--format", "json", "-o"].map(Into::into);
    let words = words.into_iter().chain([out, dump.path().into_os_string()]);
    let Command::Analyze(flags) = Cli::parse_from(words).command else { panic!("`analyze` was asked for") };
    let options = command::options(&flags).expect("sound flags");
    let report = run::analyze(&options, &Quiet, &AtomicBool::new(false)).expect("a run").report;
    let facts = RunFacts {
        version: "0".to_owned(),
        rules: String::new(),
        settings: Vec::new(),
        arguments: Vec::new(),
        catalogue_sha256: String::new(),
        policy_sha256: None,
        geoip_sha256: Vec::new(),
        schema_version: SCHEMA_VERSION.to_owned(),
        started_at: UtcTime::from_seconds(0),
        threads: 1,
    };
    let mut group = criterion.benchmark_group("output");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for output in OUTPUTS {
        group.bench_function(output.name, |bench| {
            bench.iter_with_large_drop(|| {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let staging = Staging::begin(&folder.path().join("audit"), false).expect("an empty folder");
                let format = [output.format].into();
                let head = Headline::of(&report);
                write_all((&report, &head), &facts, &format, false, &staging).expect("it is written");
                (staging, folder)
            });
        });
    }
    group.finish();
}

fn whole_run(criterion: &mut Criterion) {
    let dump = dump();
    for (unit, throughput) in
        [("bytes", Throughput::Bytes(dump.bytes)), ("events", Throughput::Elements(EVENTS))]
    {
        let mut group = criterion.benchmark_group(format!("whole run, {unit}"));
        group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(throughput);
        for threads in [1, 2] {
            group.bench_function(format!("{threads} threads"), |bench| {
                bench.iter(|| analyze(&dump.path(), threads))
            });
        }
        group.finish();
    }
}

/// Runs the binary, as a user does.
fn analyze(dump: &Path, threads: u32) {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_devtrail"))
        .args(["analyze", "-q", "--threads", &threads.to_string()])
        .arg(dump)
        .arg("-o")
        .arg(scratch.path().join("audit"))
        .status()
        .expect("the binary starts");
    assert!(status.success(), "{status}");
}

criterion_group!(benches, stages, outputs, whole_run);
criterion_main!(benches);
