//! Everything a person sees while a run goes on and when it ends: progress,
//! problems, the closing summary, errors.
//!
//! Progress, problems and errors go to stderr, the summary to stdout. All text
//! from evidence is escaped. Decides nothing about the analysis.

mod summary;
mod timings;

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Color;
use crate::error::Error;
use crate::model::count::{counted, grouped};
use crate::model::problem::Problem;
use crate::model::report::Report;
use crate::report::escape;
use crate::report::headline::Headline;

pub use self::timings::Timings;

/// What the user wants to see, and what the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    color_out: bool,
    color_err: bool,
    progress: bool,
    quiet: bool,
    verbose: bool,
}

/// How much a person wants to see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verbosity {
    /// Nothing but errors.
    pub quiet: bool,
    /// Every problem.
    pub verbose: bool,
    /// No progress.
    pub no_progress: bool,
}

/// What a piece of text means; never told by colour alone.
#[derive(Clone, Copy)]
enum Tone {
    Error,
    Problem,
    Path,
    Done,
    Head,
}

/// Problems of one kind shown one by one before the rest is only counted.
const PROBLEMS_SHOWN: usize = 3;
/// Columns where there is no terminal.
const WIDTH_DEFAULT: usize = 98;
/// Columns below which nothing is gained by wrapping.
const WIDTH_MIN: usize = 40;
/// Columns beyond which lines are hard to read.
const WIDTH_MAX: usize = 160;
/// Characters of one line of the summary before it is cut with a mark.
const LINE_CHARS_MAX: usize = 400;

impl Terminal {
    /// Looks at the environment once.
    pub fn new(color: Color, verbosity: Verbosity) -> Self {
        let allowed = match color {
            Color::Always => Some(true),
            Color::Never => Some(false),
            Color::Auto => (set("NO_COLOR") || is("TERM", "dumb")).then_some(false),
        };
        Self {
            color_out: allowed.unwrap_or_else(|| io::stdout().is_terminal()),
            color_err: allowed.unwrap_or_else(|| io::stderr().is_terminal()),
            progress: io::stderr().is_terminal() && !verbosity.quiet && !verbosity.no_progress,
            quiet: verbosity.quiet,
            verbose: verbosity.verbose,
        }
    }

    /// A progress display over this many stored bytes; draws nothing unless
    /// stderr is a terminal.
    pub fn progress(&self, bytes: u64) -> Progress {
        let target = if self.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = ProgressStyle::with_template(
            "{spinner} {bytes}/{total_bytes} {wide_bar} {bytes_per_sec}, {eta} left\n  {msg}",
        );
        bar.set_style(style.expect("the template is fixed and sound"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { bar, objects: AtomicU64::new(0), events: AtomicU64::new(0), problems: AtomicU64::new(0) }
    }

    /// Prints the problems, similar ones grouped, to stderr.
    pub fn problems(&self, problems: &[Problem]) {
        self.problems_or(problems, "see tables/problems.csv");
    }

    /// The same; `more` says where those are that are only counted.
    pub fn problems_or(&self, problems: &[Problem], more_at: &str) {
        if self.quiet || problems.is_empty() {
            return;
        }
        let mut sorted: Vec<&Problem> =
            problems.iter().filter(|problem| problem.kind.is_loss() || self.verbose).collect();
        sorted.sort_by_key(|problem| problem.kind);
        let mut text = String::new();
        for group in sorted.chunk_by(|a, b| a.kind == b.kind) {
            let shown = if self.verbose { group.len() } else { PROBLEMS_SHOWN };
            for problem in group.iter().take(shown) {
                let label = paint("problem:", Tone::Problem, self.color_err);
                let path = paint(&escape::terminal(problem.object.as_str()), Tone::Path, self.color_err);
                let at = problem.record.map_or_else(String::new, |record| format!(" record {record}"));
                let detail = escape::shorten(&problem.detail, LINE_CHARS_MAX).into_owned();
                let kind = problem.kind.as_str();
                push_line(
                    &mut text,
                    format_args!("{label} {kind}: {path}{at}: {}", escape::terminal(&detail)),
                );
            }
            if let Some(more) = group.len().checked_sub(shown).filter(|more| *more > 0) {
                let label = paint("problem:", Tone::Problem, self.color_err);
                let kind = group[0].kind.as_str();
                push_line(
                    &mut text,
                    format_args!("{label} {kind}: {} more, {more_at}", grouped(more as u64)),
                );
            }
        }
        to_stderr(&text);
    }

    /// The closing summary, about 25 lines at most: coverage, windows, what to act on,
    /// findings, what is not covered. `place` is where the reports are; `None` after
    /// output to stdout.
    pub fn summary(&self, (report, head): (&Report, &Headline<'_>), place: Option<&str>) -> String {
        let color = if place.is_some() { self.color_out } else { self.color_err };
        summary::text((report, head), place, color)
    }

    /// Prints that summary; after output to stdout it goes to stderr.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn print_summary(&self, text: &str, to_stdout: bool) -> Result<(), Error> {
        if self.quiet {
            return Ok(());
        }
        if !to_stdout {
            to_stderr(text);
            return Ok(());
        }
        io::stdout().lock().write_all(text.as_bytes()).map_err(Error::Stdout)
    }

    /// One line of a result to stdout; its text is escaped already.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn result(&self, text: &str) -> Result<(), Error> {
        if self.quiet {
            return Ok(());
        }
        writeln!(io::stdout().lock(), "{text}").map_err(Error::Stdout)
    }

    /// One plain line to stderr; its text is escaped already.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            to_stderr(&format!("{text}\n"));
        }
    }

    /// What comes before and after a path, or a heading, to set it off on stdout.
    pub fn accent(&self) -> (&'static str, &'static str) {
        if self.color_out { ("\x1b[36m", "\x1b[0m") } else { ("", "") }
    }

    /// Columns of the terminal that stdout is, or that `COLUMNS` names.
    pub fn width(&self) -> usize {
        #[expect(clippy::disallowed_methods, reason = "the terminal's own variables are read here")]
        let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let real = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        named.or_else(real).unwrap_or(WIDTH_DEFAULT).clamp(WIDTH_MIN, WIDTH_MAX)
    }

    /// One line about something unsound to stderr; its text is escaped already.
    pub fn fault(&self, text: &str) {
        if !self.quiet {
            to_stderr(&format!("{}\n", paint(text, Tone::Problem, self.color_err)));
        }
    }

    /// `Error:`, `Caused by:`, `Hint:` to stderr.
    pub fn error(&self, error: &Error) {
        let mut text = String::new();
        let label = paint("Error:", Tone::Error, self.color_err);
        push_line(&mut text, format_args!("{label} {}", escape::terminal(&error.to_string())));
        let mut cause = error.source();
        while let Some(source) = cause {
            push_line(&mut text, format_args!("Caused by: {}", escape::terminal(&source.to_string())));
            cause = source.source();
        }
        if let Some(hint) = error.hint() {
            push_line(&mut text, format_args!("{} {hint}", paint("Hint:", Tone::Path, self.color_err)));
        }
        to_stderr(&text);
    }
}

/// Progress of the reading stage, shared by all threads.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    objects: AtomicU64,
    events: AtomicU64,
    problems: AtomicU64,
}

impl Progress {
    /// One object is done.
    pub fn object(&self, bytes: u64, events: u64, problems: u64) {
        let objects = self.objects.fetch_add(1, Ordering::Relaxed) + 1;
        let events = self.events.fetch_add(events, Ordering::Relaxed) + events;
        let problems = self.problems.fetch_add(problems, Ordering::Relaxed) + problems;
        self.bar.inc(bytes);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!(
                "{} read, {}, {}",
                counted(objects, "object"),
                counted(events, "record"),
                counted(problems, "problem")
            ));
        }
    }

    /// What the run does now that bytes no longer tell.
    pub fn stage(&self, what: &'static str) {
        if !self.bar.is_hidden() {
            self.bar.set_message(what);
        }
    }

    /// Takes the display away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}

/// Text from evidence must be escaped before it comes here.
fn paint(text: &str, tone: Tone, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Error => "1;31",
        Tone::Problem => "33",
        Tone::Path => "36",
        Tone::Done => "32",
        Tone::Head => "1",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Nothing can be said if stderr itself is gone.
fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn set(name: &str) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the terminal's own variables are read here")]
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is(name: &str, value: &str) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the terminal's own variables are read here")]
    std::env::var_os(name).is_some_and(|found| found == value)
}
