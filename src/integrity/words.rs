//! The verdicts as text: in the words of `aws cloudtrail validate-logs` where
//! it has the verdict too, in words of our own where it has none.
//!
//! Text from evidence is escaped here. Decides nothing.
//!
//! Source: facts/cloudtrail.md 3.6.

mod results;

use crate::integrity::Assessment;
use crate::integrity::chain::{Chain, ChainDigest};
use crate::integrity::listing::{ListedLog, LogState};
use crate::integrity::standing::{Fault, Standing};
use crate::model::count::counted;
use crate::model::problem::ProblemKind;
use crate::report::escape;

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The result, for standard output.
    Result(String),
    /// What was found sound, for standard output if it is asked for.
    Sound(String),
    /// What was not, for standard error.
    Fault(String),
}

/// A verdict on one digest or log: sound, unproven or wrong, and its words.
enum Verdict {
    Valid,
    NotChecked(String),
    Invalid(&'static str),
}

/// Digests or logs, counted by verdict.
#[derive(Clone, Copy, Debug, Default)]
struct Ratio {
    valid: usize,
    invalid: usize,
    not_checked: usize,
}

/// Kinds that no line about a single digest or log tells of.
const TOLD_APART: [ProblemKind; 7] = [
    ProblemKind::ChainRestart,
    ProblemKind::ChainCutShort,
    ProblemKind::InconsistentDigest,
    ProblemKind::ListedTwice,
    ProblemKind::DigestTimesDiffer,
    ProblemKind::KeysFromDump,
    ProblemKind::RefusedDigest,
];

/// The whole answer, in the order in which it is printed.
pub fn lines(assessment: &Assessment) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    let trail_of = |chain: &Chain| {
        let owner = (chain.account_id.clone(), chain.organization.clone());
        (owner, chain.region.clone(), chain.trail.clone(), chain.home_region.clone())
    };
    let same_trail = |a: &Chain, b: &Chain| trail_of(a) == trail_of(b);
    for chains in assessment.chains.chunk_by(same_trail) {
        let range = at..at + chains.len();
        at = range.end;
        trail(chains, assessment.logs.iter().filter(|log| range.contains(&log.chain)), &mut lines);
    }
    for result in &assessment.results {
        results::of(result, &mut lines);
    }
    for path in &assessment.refused {
        lines.push(Line::Fault(status("Digest", false, path.as_str(), "INVALID: invalid format")));
    }
    for path in &assessment.unreferenced {
        let words = "UNREFERENCED: digests cover its time and none lists it";
        lines.push(Line::Fault(status("Log", false, path.as_str(), words)));
    }
    for path in &assessment.not_collected {
        let what = if path.as_str().contains("_CloudTrail-Digest_") { "Digest" } else { "Log" };
        let words = "NOT FOUND: an event recorded its delivery";
        lines.push(Line::Fault(status(what, false, &format!("s3://{path}"), words)));
    }
    for problem in assessment.problems.iter().filter(|problem| TOLD_APART.contains(&problem.kind)) {
        let word = problem.kind.as_str().replace('_', " ").to_uppercase();
        let (path, detail) = (escape::terminal(problem.object.as_str()), escape::terminal(&problem.detail));
        lines.push(Line::Fault(format!("Object\t{path}\t{word}: {detail}")));
    }
    if assessment.chains.is_empty() {
        lines.push(Line::Result("No digests found".to_owned()));
    }
    let gaps = assessment.chains.iter().map(|chain| chain.gaps.len()).sum();
    for (count, thing, what) in [
        (assessment.refused.len(), "digest file", "refused"),
        (assessment.unreferenced.len(), "log file", "that no digest file lists"),
        (assessment.not_collected.len(), "file", "not found whose delivery an event recorded"),
        (gaps, "gap", "between digest files"),
    ] {
        if count > 0 {
            lines.push(Line::Result(format!("{} {what}", counted(count as u64, thing))));
        }
    }
    lines
}

/// The chain of a trail in one account and region, and its backfill chain.
fn trail<'a>(chains: &[Chain], logs: impl Iterator<Item = &'a ListedLog>, lines: &mut Vec<Line>) {
    let digests = || chains.iter().flat_map(|chain| &chain.digests);
    let (Some(start), Some(end)) = (digests().map(|d| d.start).min(), digests().map(|d| d.end).max()) else {
        return;
    };
    let shown = escape::terminal(&trail_name(&chains[0])).into_owned();
    lines.push(Line::Result(format!("Validating log files for trail {shown} between {start} and {end}")));
    lines.push(Line::Result(String::new()));
    let mut ratios =
        [("digest", Ratio::default()), ("backfill digest", Ratio::default()), ("log", Ratio::default())];
    for chain in chains {
        let ratio = &mut ratios[usize::from(chain.backfill)].1;
        for digest in &chain.digests {
            push(("Digest", chain.backfill, &digest.url), of_digest(digest, chain), ratio, lines);
        }
        for url in &chain.missing {
            push(("Digest", chain.backfill, url), Verdict::Invalid("not found"), ratio, lines);
        }
        for (from, to) in &chain.gaps {
            lines.push(Line::Fault(format!(
                "No log files were delivered by CloudTrail between {from} and {to}, or its digest files are not here"
            )));
        }
    }
    for log in logs {
        push(("Log", false, &log.url), of_log(log), &mut ratios[2].1, lines);
    }
    lines.push(Line::Result(format!("Results requested for {start} to {end}")));
    let signed = || digests().filter(|digest| digest.standing == Standing::Signed);
    lines.push(Line::Result(match (signed().map(|d| d.start).min(), signed().map(|d| d.end).max()) {
        (Some(first), Some(last)) => format!("Results found for {first} to {last}:"),
        _ => "No valid digests found in range".to_owned(),
    }));
    lines.push(Line::Result(String::new()));
    lines.extend(ratios.iter().filter_map(|(name, ratio)| ratio.line(name)).map(Line::Result));
    lines.push(Line::Result(String::new()));
}

/// The ARN of a trail; a digest does not name the account that owns the trail
/// of an organisation.
fn trail_name(chain: &Chain) -> String {
    let region = chain.home_region.as_str();
    let partition = match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    if let Some(organization) = &chain.organization {
        return format!(
            "{} of organization {organization} (home region {region}) in account {}",
            chain.trail, chain.account_id
        );
    }
    format!("arn:{partition}:cloudtrail:{region}:{}:trail/{}", chain.account_id, chain.trail)
}

fn push(
    (what, backfill, url): (&str, bool, &str),
    verdict: Verdict,
    ratio: &mut Ratio,
    lines: &mut Vec<Line>,
) {
    lines.push(match verdict {
        Verdict::Valid => {
            ratio.valid += 1;
            Line::Sound(status(what, backfill, url, "valid"))
        }
        Verdict::NotChecked(why) => {
            ratio.not_checked += 1;
            Line::Fault(status(what, backfill, url, &format!("NOT CHECKED: {why}")))
        }
        Verdict::Invalid(why) => {
            ratio.invalid += 1;
            Line::Fault(status(what, backfill, url, &format!("INVALID: {why}")))
        }
    });
}

fn status(what: &str, backfill: bool, url: &str, words: &str) -> String {
    let backfill = if backfill { "(backfill) " } else { "" };
    format!("{backfill}{what} file\t{}\t{words}", escape::terminal(url))
}

fn of_digest(digest: &ChainDigest, chain: &Chain) -> Verdict {
    let lacking = || {
        if digest.has_key {
            return "no signature: it is kept in the metadata of the S3 object alone".to_owned();
        }
        let fingerprint = escape::terminal(&digest.fingerprint).into_owned();
        format!("public key not found in region {} for fingerprint {fingerprint}", chain.region)
    };
    match digest.standing {
        Standing::Signed => Verdict::Valid,
        Standing::Anchored => {
            Verdict::NotChecked(format!("{}; its hash is the one in the next digest file", lacking()))
        }
        Standing::Unverified => Verdict::NotChecked(lacking()),
        Standing::Invalid(Fault::Signature) => Verdict::Invalid("signature verification failed"),
        Standing::Invalid(Fault::Hash) => {
            Verdict::Invalid("hash value doesn't match the one in the next digest file")
        }
        Standing::Invalid(Fault::Algorithm) => Verdict::Invalid("unknown algorithm"),
        Standing::Invalid(Fault::Moved) => Verdict::Invalid("has been moved from its original location"),
    }
}

fn of_log(log: &ListedLog) -> Verdict {
    let unproven = |why: &str| Verdict::NotChecked(why.to_owned());
    match log.state {
        LogState::Same => match log.standing {
            Standing::Signed => Verdict::Valid,
            Standing::Anchored => {
                unproven("hash value matches; the signature of its digest file was not checked")
            }
            Standing::Unverified => unproven("hash value matches; nothing speaks for its digest file"),
            Standing::Invalid(_) => unproven("hash value matches, but only an invalid digest file lists it"),
        },
        LogState::Other => Verdict::Invalid("hash value doesn't match"),
        LogState::NotGzip => Verdict::Invalid("invalid format"),
        LogState::Followed => Verdict::Invalid("unexpected data after end of compressed stream"),
        LogState::Missing => Verdict::Invalid("not found"),
        LogState::NotRead => unproven("could not be read to its end"),
        LogState::LeftOut => unproven("left unopened by the choice of dates"),
    }
}

impl Ratio {
    fn line(self, name: &str) -> Option<String> {
        let all = self.valid + self.invalid + self.not_checked;
        let mut line = format!("{}/{all} {name} files valid", self.valid);
        if self.invalid > 0 {
            line.push_str(&format!(", {}/{all} {name} files INVALID", self.invalid));
        }
        if self.not_checked > 0 {
            line.push_str(&format!(", {}/{all} {name} files NOT CHECKED", self.not_checked));
        }
        (all > 0).then_some(line)
    }
}
