//! Same seed, same bytes; and the committed data is what the code writes today.

use crate::{home, scratch, tree};
use sample_logs::{Options, casebook, generate};

fn options(seed: u64) -> Options {
    Options { seed, events: 6_000, ..Options::default() }
}

#[test]
fn same_seed_same_bytes() {
    let (one, two) = (scratch("same-one"), scratch("same-two"));
    generate(&options(11), &one).unwrap();
    generate(&options(11), &two).unwrap();
    assert!(tree(&one) == tree(&two), "two runs of one seed differ");
}

#[test]
fn another_seed_other_bytes() {
    let (one, two) = (scratch("seed-one"), scratch("seed-two"));
    generate(&options(11), &one).unwrap();
    generate(&options(12), &two).unwrap();
    assert!(tree(&one) != tree(&two), "two seeds give the same dump");
}

#[test]
fn committed_data_is_current() {
    let fresh = scratch("committed");
    casebook::rewrite(&fresh).unwrap();
    for part in ["cases", "demo"] {
        let (written, mut committed) = (tree(&fresh.join(part)), tree(&home().join(part)));
        // A case may be made by hand, without a story in this crate.
        committed
            .retain(|path, _| part != "cases" || fresh.join(part).join(path.iter().next().unwrap()).exists());
        assert!(written == committed, "{part} is stale: run `cargo run -p sample-logs -- cases`");
    }
    let truth = |root: &std::path::Path| std::fs::read(root.join("demo-truth.json")).unwrap();
    assert!(truth(&fresh) == truth(home()), "demo-truth.json is stale");
}

#[test]
fn committed_data_is_small() {
    let bytes = |part: &str| tree(&home().join(part)).values().map(Vec::len).sum::<usize>();
    assert!(bytes("demo") < 400_000, "the demo has {} bytes", bytes("demo"));
    for case in casebook::all().unwrap() {
        let size: usize = case.objects.values().map(Vec::len).sum();
        assert!(size < 30_000, "case {} has {size} bytes", case.name);
    }
}

#[test]
fn too_small_an_order_is_refused() {
    let out = scratch("refused");
    assert!(generate(&Options { events: 10, ..options(1) }, &out).is_err());
    assert!(generate(&Options { days: 3, ..options(1) }, &out).is_err());
}
