//! Logs whose records were skipped, and of which the digests say other times
//! than their bytes seem to: they are decoded before anything is said of them.
//!
//! Owns: which objects a verdict on times rests on.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use crate::classify::Classifier;
use crate::detect::{Detector, RuleSet};
use crate::dump::Dump;
use crate::examine::{Depth, Examined, Examiner};
use crate::integrity::Assessment;
use crate::model::evidence::ObjectPath;
use crate::model::problem::ProblemKind;

impl Dump<'_> {
    /// Decodes the skipped logs that a doubtful verdict rests on; tells whether
    /// there were any.
    pub fn decode_doubtful(&mut self, assessment: &Assessment) -> bool {
        let doubtful = self.doubtful(assessment);
        let objects: BTreeSet<usize> = doubtful.iter().map(|index| self.origins[*index]).collect();
        let classifier = Classifier::new(self.examiner.classifier.catalogue());
        let rules = RuleSet::none();
        let detector = Detector::new(&rules, self.examiner.classifier.catalogue());
        let examiner =
            Examiner { key: self.examiner.key, ..Examiner::new(classifier, detector, Depth::Records) };
        let never = AtomicBool::new(false);
        let again: Vec<Examined> = objects
            .into_par_iter()
            .flat_map_iter(|origin| examiner.examine(&self.found[origin], &never).examined)
            .collect();
        for one in again {
            let place = self.examined.binary_search_by(|known| known.object.path.cmp(&one.object.path));
            if let Ok(place) = place
                && self.examined[place].skimmed
            {
                *self.examined[place] = one;
            }
        }
        !doubtful.is_empty()
    }

    fn doubtful(&self, assessment: &Assessment) -> Vec<usize> {
        let of = |kind| {
            let problems = assessment.problems.iter().filter(move |problem| problem.kind == kind);
            problems.map(|problem| &problem.object).collect::<BTreeSet<&ObjectPath>>()
        };
        let differing = of(ProblemKind::DigestTimesDiffer);
        let cut_short = of(ProblemKind::ChainCutShort);
        let chains: BTreeSet<_> = self
            .examined
            .iter()
            .filter(|one| cut_short.contains(&one.object.path))
            .map(|one| (&one.object.account_id, &one.object.region))
            .collect();
        let skimmed = self.examined.iter().enumerate().filter(|(_, one)| one.skimmed);
        skimmed
            .filter(|(_, one)| {
                differing.contains(&one.object.path)
                    || chains.contains(&(&one.object.account_id, &one.object.region))
            })
            .map(|(index, _)| index)
            .collect()
    }
}
