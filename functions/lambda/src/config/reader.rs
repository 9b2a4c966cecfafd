use std::ops::RangeInclusive;
use std::time::Duration;

use super::Variable;
use super::problems::{ConfigError, Problem};

/// Reads variables and collects what is wrong with them, so that one start shows all of it.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of what `lookup` finds under a name.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// Reads a variable. Where that is not possible a problem is noted, and the value returned is
    /// never used, because [`Reader::finish`] then refuses.
    pub fn read<T: Default>(
        &mut self,
        variable: Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let set = (self.lookup)(variable.name).filter(|text| !text.trim().is_empty());
        let Some(text) = set.as_deref().or(variable.default) else {
            self.problems.push(Problem::not_set(variable));
            return T::default();
        };
        parse(text.trim()).unwrap_or_else(|| {
            self.problems.push(Problem::wrong(variable, text));
            T::default()
        })
    }

    /// A text of which `is_valid` holds.
    pub fn text(&mut self, variable: Variable, is_valid: impl Fn(&str) -> bool) -> String {
        self.read(variable, |text| is_valid(text).then(|| text.to_owned()))
    }

    /// A text of which `is_valid` holds; none if it is empty.
    pub fn optional(
        &mut self,
        variable: Variable,
        is_valid: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text = self.text(variable, |text| text.is_empty() || is_valid(text));
        (!text.is_empty()).then_some(text)
    }

    /// One of a few words.
    pub fn choice<T: Copy + Default>(&mut self, variable: Variable, choices: &[(&str, T)]) -> T {
        let chosen = |text: &str| choices.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
        self.read(variable, |text| chosen(text).map(|(_, value)| *value))
    }

    /// A whole number within a range.
    pub fn whole(&mut self, variable: Variable, range: RangeInclusive<u64>) -> u64 {
        self.read(variable, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// As many units of time as the variable says.
    pub fn period(
        &mut self,
        variable: Variable,
        unit: Duration,
        range: RangeInclusive<u64>,
    ) -> Duration {
        let count = self.whole(variable, range);
        unit.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// A finite number.
    pub fn number(&mut self, variable: Variable) -> f64 {
        self.read(variable, |text| text.parse().ok().filter(|number: &f64| number.is_finite()))
    }

    /// Notes something that is wrong.
    pub fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether anything was wrong so far.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The value, unless there was any problem.
    pub fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() { Ok(value) } else { Err(ConfigError(self.problems)) }
    }
}
