//! Copies found among fingerprints in memory and on disk.

use super::super::{Copies, Location, RunKey};
use super::*;

fn at(object: u32, record: u32) -> Location {
    Location { object, record }
}

fn print(key: RunKey, identity: (&str, &str), text: &str, record: u32) -> Fingerprint {
    Fingerprint::new(key, identity, text, record)
}

/// Every record of these objects is kept; none is matched by a rule.
const ALL_KEPT: Known<'_> = Known { kept: &|_| true, matched: &|_| false, all_rows: true };

#[test]
fn the_first_copy_stays_and_other_contents_are_conflicts() {
    let key = RunKey::draw();
    let of = |id: &str, text: &str, record| print(key, (id, "1"), text, record);
    let prints = Prints::new(usize::MAX, None);
    // Taken in another order than that of the run: 2, 0, 1; the fourth does not count.
    prints.add(&mut [of("a", "x", 0)]);
    prints.add(&mut [of("a", "x", 5), of("b", "x", 1), of("c", "x", 2)]);
    prints.add(&mut [of("a", "y", 0), of("b", "x", 1), print(key, ("c", "2"), "x", 2)]);
    prints.add(&mut [of("b", "x", 1)]);
    let known = Known {
        kept: &|at| at.record != 1,
        matched: &|one| one == at(1, 1) || one == at(0, 5),
        all_rows: true,
    };
    let settle = || prints_of(&prints, known);
    let unsettled = settle();
    assert_eq!(unsettled.locations(), [at(0, 5), at(1, 0), at(2, 0)]);
    let again = Unsettled { prints: unsettled.prints.clone(), copies: Copies::default() };
    let copies = unsettled.settle(&[], known);
    assert_eq!(copies.dropped, [at(2, 0)]);
    assert_eq!(copies.dropped_matches, [at(1, 1)]);
    assert_eq!(copies.delivered, [(at(0, 5), 2)]);
    assert_eq!(copies.counted_only, 1);
    assert_eq!(copies.rows.dropped, [at(1, 1), at(2, 0)]);
    assert_eq!(copies.rows.delivered, [(at(0, 1), 2), (at(0, 5), 2)]);
    assert_eq!(copies.per_object, [(1, 1), (2, 1)].into());
    assert_eq!(copies.conflicts, [vec![at(0, 5), at(1, 0)]]);
    // The same three records, once it is known that all say the same.
    let copies = again.settle(&[(at(0, 5), 7), (at(1, 0), 7), (at(2, 0), 7)], known);
    assert_eq!(copies.dropped, [at(1, 0), at(2, 0)]);
    assert_eq!(copies.conflicts, Vec::<Vec<Location>>::new());
}

fn prints_of(prints: &Prints, known: Known<'_>) -> Unsettled {
    prints.settle(&[Some(2), Some(0), Some(1), None], known).expect("settled")
}

#[test]
fn on_disk_they_tell_what_they_tell_in_memory() {
    let key = RunKey::of(7);
    // 900,000 records in 3,000 objects, a third of them copies of another, some altered.
    let told = |bytes_max: usize| {
        let prints = Prints::new(bytes_max, None);
        (0..3_000u32).into_par_iter().for_each(|object| {
            let of = |record: u32| {
                let id = (object * 300 + record) % 600_000;
                let text = if object > 2_000 && record == 0 { "altered" } else { "x" };
                let mut one = print(key, (&id.to_string(), "1"), text, record);
                one.set_caller([u8::try_from(object % 7).unwrap_or(0); 6]);
                one
            };
            // Objects tell their number themselves here, as threads take them in any order.
            let mut all: Vec<Fingerprint> = (0..300).map(of).collect();
            all.iter_mut().for_each(|one| one.location.record += object * 300);
            prints.add(&mut all);
        });
        let on_disk = lock(&prints.disk).file.is_some();
        // All in one object, with ordinals of the whole run: the order of threads is gone.
        let unsettled = prints.settle(&vec![Some(0); 3_000], ALL_KEPT).expect("settled");
        (on_disk, unsettled.locations(), format!("{:?}", unsettled.settle(&[], ALL_KEPT)))
    };
    let (on_disk, unsettled, copies) = told(usize::MAX);
    assert!(!on_disk);
    assert_eq!(unsettled.len(), 2 * 999);
    for bytes_max in [0, 20_000_000] {
        let other = told(bytes_max);
        assert!(other.0, "{bytes_max} bytes are too few for all");
        assert_eq!((&other.1, &other.2), (&unsettled, &copies));
    }
}

#[test]
fn a_folder_that_takes_no_file_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = folder.path().join("gone");
    let prints = Prints::new(0, Some(&gone));
    let one = print(RunKey::of(1), ("a", "1"), "x", 0);
    prints.add(&mut vec![one; PRINTS_CHUNK + 1]);
    assert!(prints.is_broken());
    assert!(prints.settle(&[Some(0)], ALL_KEPT).is_err());
}
