//! The lines of `verify` about query results: the words of `aws cloudtrail
//! verify-query-results` where it has the verdict too.
//!
//! Source: facts/cloudtrail.md 3.7.

use super::{Line, Ratio, Verdict, push};
use crate::integrity::query_result::{QueryResult, ResultState, SignState};
use crate::report::escape;

/// The lines about one sign file and what it lists.
pub(super) fn of(result: &QueryResult, lines: &mut Vec<Line>) {
    let shown = escape::terminal(result.path.as_str()).into_owned();
    lines.push(Line::Result(format!("Validating query results signed by {shown}")));
    lines.push(Line::Result(String::new()));
    let mut ratios = [("sign", Ratio::default()), ("query result", Ratio::default())];
    push(("Sign", false, result.path.as_str()), sign(result), &mut ratios[0].1, lines);
    for (path, state) in &result.files {
        let verdict = file(*state, result.state);
        push(("Query result", false, path.as_str()), verdict, &mut ratios[1].1, lines);
    }
    if result.is_valid() {
        lines.push(Line::Result("Successfully validated sign and query result files".to_owned()));
    }
    lines.extend(ratios.iter().filter_map(|(name, ratio)| ratio.line(name)).map(Line::Result));
    lines.push(Line::Result(String::new()));
}

fn sign(result: &QueryResult) -> Verdict {
    match result.state {
        SignState::Signed(_) => Verdict::Valid,
        SignState::Wrong => Verdict::Invalid("Invalid signature in sign file"),
        SignState::UnknownAlgorithm => Verdict::Invalid("unknown algorithm"),
        SignState::NoKey => {
            let (region, name) = (escape::terminal(&result.region), escape::terminal(&result.fingerprint));
            Verdict::NotChecked(format!("public key not found in region {region} for fingerprint {name}"))
        }
    }
}

fn file(state: ResultState, sign: SignState) -> Verdict {
    let unproven = |why: &str| Verdict::NotChecked(why.to_owned());
    match state {
        ResultState::Same => match sign {
            SignState::Signed(_) => Verdict::Valid,
            SignState::NoKey => {
                unproven("hash value matches; the signature of its sign file was not checked")
            }
            SignState::Wrong | SignState::UnknownAlgorithm => {
                unproven("hash value matches, but only an invalid sign file lists it")
            }
        },
        ResultState::Other => {
            Verdict::Invalid("inconsistent hash value with hash value recorded in sign file")
        }
        ResultState::Missing => Verdict::Invalid("not found"),
        ResultState::NotRead => unproven("could not be read to its end"),
        ResultState::LeftOut => unproven("left unopened by the choice of dates"),
    }
}
