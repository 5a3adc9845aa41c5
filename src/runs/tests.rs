//! Runs hold what a plain sort of all rows gives, whatever their room.

use super::*;

use std::fs;

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    key: u32,
    number: u32,
    text: String,
}

impl Row for Line {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

fn by_key(a: &Line, b: &Line) -> Ordering {
    a.key.cmp(&b.key)
}

/// Lines in an order of no meaning, with equal keys.
fn lines(count: u32) -> Vec<Line> {
    let key = |number: u32| number.wrapping_mul(2_654_435_761) % 97;
    (0..count)
        .map(|number| Line { key: key(number), number, text: "x".repeat(number as usize % 50) })
        .collect()
}

fn filled(filling: Filling<Line>, lines: &[Line]) -> Runs<Line> {
    let mut filling = filling;
    filling.extend(lines.iter().cloned());
    filling.finish()
}

fn all(runs: &Runs<Line>) -> Vec<Line> {
    runs.iter().map(Cow::into_owned).collect()
}

#[test]
fn rows_come_in_order_whatever_the_room() {
    let lines = lines(5000);
    let mut expected = lines.clone();
    expected.sort_by(by_key);
    // The least makes more runs than are merged at once.
    for bytes_max in [100, 3000, 100_000, usize::MAX] {
        let room = Room::new(bytes_max, None);
        let runs = filled(Filling::sorted_by(&room, by_key), &lines);
        assert_eq!(runs.is_spilled(), bytes_max < usize::MAX);
        assert_eq!(runs.len(), lines.len());
        assert_eq!(all(&runs), expected, "{bytes_max}");
        assert_eq!(all(&runs), expected, "a second time, {bytes_max}");
        let runs = filled(Filling::in_order(&room), &lines);
        assert_eq!(all(&runs), lines, "{bytes_max}");
        room.check().expect("nothing failed");
    }
}

#[test]
fn a_row_longer_than_the_room_and_no_row_at_all_are_fine() {
    let room = Room::new(100, None);
    let long = vec![Line { key: 1, number: 1, text: "é".repeat(1_000_000) }];
    assert_eq!(all(&filled(Filling::sorted_by(&room, by_key), &long)), long);
    let none = filled(Filling::sorted_by(&room, by_key), &[]);
    assert!(none.is_empty() && all(&none).is_empty());
    room.check().expect("nothing failed");
}

#[test]
fn several_go_through_the_rows_at_once() {
    let lines = lines(3000);
    let room = Room::new(1000, None);
    let runs = filled(Filling::in_order(&room), &lines);
    let counts: Vec<usize> = (0..8).into_par_iter().map(|_| all(&runs).len()).collect();
    assert_eq!(counts, [3000; 8]);
    let (mut one, mut other) = (runs.iter(), runs.iter().skip(1500));
    assert_eq!(one.next().map(|row| row.number), Some(0));
    assert_eq!(other.next().map(|row| row.number), Some(1500));
    assert_eq!(one.next().map(|row| row.number), Some(1));
}

#[test]
fn rows_are_the_same_whether_they_are_read_ahead_or_not() {
    let lines = lines(3000);
    let room = Room::new(1000, None);
    let runs = filled(Filling::sorted_by(&room, by_key), &lines);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let one = pool(1).install(|| all(&runs));
    assert_eq!(pool(3).install(|| all(&runs)), one);
    assert_eq!(runs.first().as_deref(), one.first());
    // Who wants only some of them leaves a reader behind that ends by itself.
    for _ in 0..50 {
        assert!(pool(2).install(|| runs.iter().take(700).count()) == 700);
    }
    room.check().expect("nothing failed");
}

#[test]
fn rows_that_are_missing_are_told() {
    for threads in [1, 2] {
        let room = Room::new(1000, None);
        let mut runs = filled(Filling::in_order(&room), &lines(3000));
        let spilled = runs.spilled.as_mut().and_then(Arc::get_mut).expect("on disk, and ours");
        spilled.rows += 1;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(pool.install(|| all(&runs).len()), 3000);
        room.check().expect_err("one of them is missing");
    }
}

#[test]
fn a_folder_that_is_gone_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).expect("a folder");
    fs::remove_dir(&gone).expect("removed");
    let room = Room::new(100, Some(gone.clone()));
    let _ = filled(Filling::in_order(&room), &lines(100));
    assert!(room.is_broken());
    assert_eq!(room.folder(), gone);
    assert_eq!(room.check().expect_err("it is gone").kind(), io::ErrorKind::NotFound);
}

#[test]
fn lists_that_were_put_away_come_back_as_they_were() {
    let lines = lines(2000);
    for bytes_max in [0, 5000, usize::MAX] {
        let spool = Spool::new(&Room::new(bytes_max, None), bytes_max);
        let put: Vec<Spooled<Line>> = lines.par_chunks(7).map(|few| spool.put(few.to_vec())).collect();
        let none: Spooled<Line> = spool.put(Vec::new());
        assert!(none.is_empty() && spool.rows(&none).is_empty());
        assert_eq!(put.iter().map(Spooled::len).sum::<usize>(), lines.len());
        let read: Vec<Line> = put.iter().flat_map(|one| spool.rows(one).into_owned()).collect();
        assert_eq!(read, lines, "{bytes_max}");
        let taken: Vec<Line> = put.into_iter().flat_map(|one| spool.take(one)).collect();
        assert_eq!(taken, lines, "{bytes_max}");
    }
}

#[test]
fn ordinals_are_held_whether_they_lie_apart_or_close() {
    for step in [1u32, 2, 3, 40, 1000] {
        let all: Vec<u32> = (0..500).map(|n| n * step + 5).collect();
        let held = Ordinals::of(&all);
        assert!(held.iter().eq(all.iter().copied()), "of step {step}");
        for one in 0..500 * step + 70 {
            assert_eq!(held.holds(one), all.binary_search(&one).is_ok(), "{one} of step {step}");
        }
    }
    assert!(!Ordinals::of(&[]).holds(0));
}
