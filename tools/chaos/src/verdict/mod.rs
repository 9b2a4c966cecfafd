//! What stands in the end, against what has to stand.

mod alerts;
mod archive;
mod letters;
mod rows;
mod scores;
mod states;
mod sums;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::input::{Input, Sums};
use crate::oracle::Expected;
use crate::{ChaosError, Site};

/// How many problems are told one by one.
const TOLD: usize = 20;

/// One thing that was compared: how much of it there should be and was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How many there have to be.
    pub expected: u64,
    /// How many of these there are.
    pub found: u64,
    /// How many are missing.
    pub lost: u64,
    /// How many there are that must not be, or once too often.
    pub doubled: u64,
    /// How many are there and are not what they have to be.
    pub different: u64,
}

/// What came of all comparisons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Each comparison by what it was of.
    pub checks: BTreeMap<&'static str, Check>,
    /// Alerts that were published more than once, each time the same under the same identifier.
    pub alerts_published_again: u64,
    /// Letters in the dead-letter queue beyond one for each dead record, under the same identifier.
    pub dead_letters_again: u64,
    /// Lines of the archive beyond one for each record, with the same position.
    pub lines_again: u64,
    /// Outboxes that have been delivered and not been cleared: whoever reads the state next will.
    pub outboxes_left: u64,
    /// The first problems, a sentence each.
    pub problems: Vec<String>,
}

impl Verdict {
    /// What is missing, of everything that was compared.
    pub fn lost(&self) -> u64 {
        self.checks.values().map(|check| check.lost).sum()
    }

    /// What is there too often, of everything that was compared.
    pub fn doubled(&self) -> u64 {
        self.checks.values().map(|check| check.doubled).sum()
    }

    /// What is there and is not what it has to be.
    pub fn different(&self) -> u64 {
        self.checks.values().map(|check| check.different).sum()
    }

    /// Whether everything is as it has to be.
    pub fn is_good(&self) -> bool {
        self.lost() == 0 && self.doubled() == 0 && self.different() == 0
    }

    /// Compares everything.
    pub(crate) async fn reach(
        site: &Site<'_>,
        input: &Input,
        sums: &Sums,
        expected: &Expected,
    ) -> Result<Self, ChaosError> {
        let mut verdict = Self::default();
        sums::compare(site, sums, &mut verdict).await?;
        states::compare(site, expected, &mut verdict).await?;
        let scores = rows::compare(site, expected, &mut verdict).await?;
        scores::check(input, &scores, &mut verdict);
        alerts::compare(site, expected, scores, &mut verdict)?;
        letters::compare(site, input, sums, expected, &mut verdict)?;
        archive::compare(site, input, &mut verdict)?;
        Ok(verdict)
    }

    fn check(&mut self, name: &'static str) -> &mut Check {
        self.checks.entry(name).or_default()
    }

    /// Counts so many where so many are wanted.
    fn count(&mut self, name: &'static str, wanted: u64, found: u64, what: impl Fn() -> String) {
        let check = self.check(name);
        check.expected += wanted;
        check.found += found.min(wanted);
        check.lost += wanted.saturating_sub(found);
        check.doubled += found.saturating_sub(wanted);
        if wanted != found {
            self.tell(format!("{name}: {} has {found} and should have {wanted}", what()));
        }
    }

    /// Counts one that is wanted and there.
    fn found(&mut self, name: &'static str) {
        let check = self.check(name);
        check.expected += 1;
        check.found += 1;
    }

    /// Counts one that is wanted and there, but wrong.
    fn different_one(&mut self, name: &'static str, what: impl Fn() -> String) {
        self.found(name);
        self.check(name).different += 1;
        self.tell(format!("{name}: {} is not what it has to be", what()));
    }

    /// Counts one that is missing.
    fn lost_one(&mut self, name: &'static str, what: impl Fn() -> String) {
        let check = self.check(name);
        check.expected += 1;
        check.lost += 1;
        self.tell(format!("{name}: {} is missing", what()));
    }

    /// Counts one that nobody wants.
    fn doubled_one(&mut self, name: &'static str, what: impl Fn() -> String) {
        self.check(name).doubled += 1;
        self.tell(format!("{name}: {} must not be there", what()));
    }

    fn tell(&mut self, problem: String) {
        if self.problems.len() < TOLD {
            self.problems.push(problem);
        }
    }
}
