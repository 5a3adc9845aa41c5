//! How long each stage of a run took, for people who want to know why.
//!
//! Owns: taking the time and the lines of `--timings`. What it shows differs from
//! run to run, so it goes to stderr and into no report.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Terminal, Tone, paint, to_stderr};

/// Stages of a run in their order, taken as it goes on.
#[derive(Debug)]
pub struct Timings {
    started: Instant,
    stages: Mutex<Vec<Stage>>,
}

/// One stage, from its beginning until the next one begins.
#[derive(Debug)]
struct Stage {
    what: &'static str,
    began: Duration,
    /// Its parts, and how long threads were at each.
    parts: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Of a run that begins now.
    pub fn begin(first: &'static str) -> Self {
        let first = Stage { what: first, began: Duration::ZERO, parts: Vec::new() };
        Self { started: Instant::now(), stages: Mutex::new(vec![first]) }
    }

    /// The next stage begins.
    pub fn stage(&self, what: &'static str) {
        let began = self.started.elapsed();
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push(Stage {
            what,
            began,
            parts: Vec::new(),
        });
    }

    /// Threads were at a part of the stage at hand for that long.
    pub fn part(&self, what: &'static str, time: Duration) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = stages.last_mut() {
            stage.parts.push((what, time));
        }
    }
}

impl Terminal {
    /// Prints how long each stage of a run took that ends now, to stderr.
    pub fn timings(&self, timings: &Timings) {
        let stages = timings.stages.lock().unwrap_or_else(PoisonError::into_inner);
        to_stderr(&text(&stages, timings.started.elapsed(), self.color_err));
    }
}

fn text(stages: &[Stage], all: Duration, color: bool) -> String {
    let mut text = format!("{} {:.2} s\n", paint("Timings:", Tone::Head, color), all.as_secs_f64());
    let ends = stages.iter().skip(1).map(|stage| stage.began).chain([all]);
    for (stage, end) in stages.iter().zip(ends) {
        let took = end.saturating_sub(stage.began);
        line(&mut text, (2, stage.what), took, all);
        let of_threads: Duration = stage.parts.iter().map(|(_, time)| *time).sum();
        for (what, time) in &stage.parts {
            line(&mut text, (4, what), *time, of_threads);
        }
    }
    if stages.iter().any(|stage| !stage.parts.is_empty()) {
        text.push_str("  (indented: time of all threads together, and its share of the stage)\n");
    }
    text
}

fn line(text: &mut String, (indent, what): (usize, &str), took: Duration, all: Duration) {
    let share = 100.0 * took.as_secs_f64() / all.as_secs_f64().max(f64::EPSILON);
    let width = 34 - indent;
    writeln!(text, "{:indent$}{what:width$} {:>9.3} s {share:>4.0} %", "", took.as_secs_f64())
        .expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_lasts_until_the_next_and_parts_share_their_stage() {
        let stage = |what, began: u64, parts: &[(&'static str, u64)]| Stage {
            what,
            began: Duration::from_millis(began),
            parts: parts.iter().map(|(what, time)| (*what, Duration::from_millis(*time))).collect(),
        };
        let stages = [
            stage("finding the objects", 0, &[]),
            stage("reading the objects", 10, &[("hashing", 300), ("decoding", 900)]),
            stage("comparing with the last audit", 760, &[]),
        ];
        let shown = text(&stages, Duration::from_secs(1), false);
        assert_eq!(
            shown,
            "Timings: 1.00 s
  finding the objects                  0.010 s    1 %
  reading the objects                  0.750 s   75 %
    hashing                            0.300 s   25 %
    decoding                           0.900 s   75 %
  comparing with the last audit        0.240 s   24 %
  (indented: time of all threads together, and its share of the stage)
"
        );
        assert!(shown.lines().all(|line| line.chars().count() <= 80));
    }
}
