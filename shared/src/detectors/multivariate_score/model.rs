use serde::{Deserialize, Serialize};

use super::MEASURE_LIMIT;
use super::largest::Largest;

/// The model is learnt from so many events, and the last of these also say how large T² usually is.
const LEARNT_FROM: u16 = 400;
const JUDGED_FROM: u16 = 200;
/// What is left of a correlation. It makes any correlation matrix positive definite, that of
/// measures which say the same included, with no eigenvalue below 0.1.
const SHRINKAGE: f64 = 0.9;
/// T² is never taken for larger, so that it stays finite.
const T_SQUARED_LIMIT: f64 = 1e30;

/// The square roots of a symmetric positive definite matrix's pivots and what stands below them.
type Matrix = [[f64; MEASURE_LIMIT]; MEASURE_LIMIT];

/// The means and covariances of up to eight measures, learnt in one pass by Welford's method (1962),
/// and what T² usually is: 4 bytes a mean, 4 bytes a covariance.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Model {
    learnt_from: u16,
    means: Vec<f32>,
    /// The sums of products of deviations, the lower triangle row by row.
    products: Vec<f32>,
    largest: Largest,
    usual_t_squared: f32,
}

impl Model {
    pub(super) const fn is_learning(&self) -> bool {
        self.learnt_from < LEARNT_FROM
    }

    /// The 95th percentile of T² while the model was learnt.
    pub(super) const fn usual_t_squared(&self) -> f32 {
        self.usual_t_squared
    }

    /// Takes what all measures are now: learns from it, or says its T² once it has learnt.
    pub(super) fn take(&mut self, values: &[f32]) -> Option<f64> {
        if !self.is_learning() {
            return Some(self.t_squared(values));
        }
        if self.learnt_from >= JUDGED_FROM {
            #[expect(clippy::cast_possible_truncation, reason = "rounded, and it is bounded")]
            self.largest.take(self.t_squared(values) as f32);
        }
        self.learn(values);
        if !self.is_learning() {
            self.usual_t_squared = self.largest.percentile_95();
            self.largest = Largest::default();
        }
        None
    }

    fn learn(&mut self, values: &[f32]) {
        self.means.resize(values.len(), 0.0);
        self.products.resize(values.len() * (values.len() + 1) / 2, 0.0);
        self.learnt_from += 1;
        let count = f32::from(self.learnt_from);
        let mut before = [0.0; MEASURE_LIMIT];
        for ((deviation, mean), value) in before.iter_mut().zip(&mut self.means).zip(values) {
            *deviation = value - *mean;
            *mean += *deviation / count;
        }
        let mut products = self.products.iter_mut();
        for (row, value) in values.iter().enumerate() {
            let after = value - self.means[row];
            for (deviation, product) in before[..=row].iter().zip(&mut products) {
                *product += deviation * after;
            }
        }
    }

    /// T² = zᵀ R⁻¹ z, with z the values in standard deviations from their means and R the shrunken
    /// correlations; the same as (e-μ)ᵀ Σ⁻¹ (e-μ) with shrunken covariances.
    fn t_squared(&self, values: &[f32]) -> f64 {
        let deviations = self.deviations(values);
        let factor = self.factor(values.len());
        // T² is |y|² where L y = z.
        let mut solved = [0.0; MEASURE_LIMIT];
        let mut t_squared = 0.0;
        for row in 0..values.len() {
            let known: f64 = (0..row).map(|column| factor[row][column] * solved[column]).sum();
            solved[row] = (deviations[row] - known) / factor[row][row];
            t_squared += solved[row] * solved[row];
        }
        t_squared.min(T_SQUARED_LIMIT)
    }

    /// How many standard deviations each value is from its mean; none at all for what never varied.
    pub(super) fn deviations(&self, values: &[f32]) -> [f64; MEASURE_LIMIT] {
        let mut deviations = [0.0; MEASURE_LIMIT];
        for (place, value) in values.iter().enumerate() {
            let variance = self.covariance(place, place);
            if variance > 0.0 {
                deviations[place] = f64::from(value - self.means[place]) / variance.sqrt();
            }
        }
        deviations
    }

    /// The Cholesky factor of the shrunken correlations.
    fn factor(&self, size: usize) -> Matrix {
        let mut factor = [[0.0; MEASURE_LIMIT]; MEASURE_LIMIT];
        for row in 0..size {
            for column in 0..=row {
                let known: f64 =
                    (0..column).map(|place| factor[row][place] * factor[column][place]).sum();
                factor[row][column] = if row == column {
                    // At least 0.1 but for rounding.
                    (1.0 - known).max(0.01).sqrt()
                } else {
                    let correlation = SHRINKAGE * self.correlation(row, column);
                    (correlation - known) / factor[column][column]
                };
            }
        }
        factor
    }

    /// From -1 to 1; 0 with what never varied.
    fn correlation(&self, row: usize, column: usize) -> f64 {
        let spread = (self.covariance(row, row) * self.covariance(column, column)).sqrt();
        if spread > 0.0 { (self.covariance(row, column) / spread).clamp(-1.0, 1.0) } else { 0.0 }
    }

    /// `column` is not above `row`.
    fn covariance(&self, row: usize, column: usize) -> f64 {
        let product = f64::from(self.products[row * (row + 1) / 2 + column]);
        product / f64::from(self.learnt_from.max(2) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two measures of mean 0 and variance 1 (n - 1 apart) with the given correlation, 400 times.
    fn learnt(correlation: f32) -> Model {
        let other = (1.0 - correlation * correlation).sqrt();
        let mut model = Model::default();
        for number in 0..LEARNT_FROM {
            // The four corners of a square have variance 1 and no correlation.
            let (x, y) =
                [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)][usize::from(number % 4)];
            assert_eq!(model.take(&[x, correlation * x + other * y]), None);
        }
        model
    }

    #[test]
    fn t_squared_is_that_of_the_shrunken_covariance() {
        // Σ = [1 r; r 1] with r = 0.9 · 0.8 = 0.72, so T² of (2, -2) is 4 · 2 / (1 - 0.72) = 28.57,
        // that of (2, 2) is 4 · 2 / (1 + 0.72) = 4.651; all times 399/400 for n - 1.
        let mut model = learnt(0.8);
        for (values, expected) in [([2.0, -2.0], 28.571), ([2.0, 2.0], 4.651), ([0.0, 0.0], 0.0)] {
            let t_squared = model.take(&values).unwrap();
            assert!((t_squared - expected * 399.0 / 400.0).abs() < 0.01, "{t_squared}");
        }
    }

    #[test]
    fn what_is_usual_is_the_percentile_of_what_was_learnt_from() {
        // Each corner is as far as the others: T² of (1, 1) without correlation is 2.
        let usual = learnt(0.0).usual_t_squared();
        assert!((usual - 2.0).abs() < 0.05, "{usual}");
    }

    #[test]
    fn measures_that_say_the_same_do_not_break_it() {
        let mut model = learnt(1.0);
        // r = 0.9: T² of (1, 1) is 2 / 1.9, and of (1, -1) it is 2 / 0.1.
        assert!((model.take(&[1.0, 1.0]).unwrap() - 1.05).abs() < 0.01);
        assert!((model.take(&[1.0, -1.0]).unwrap() - 19.95).abs() < 0.05);
    }

    #[test]
    fn a_measure_that_never_varied_is_left_out() {
        let mut model = Model::default();
        for number in 0..LEARNT_FROM {
            model.take(&[f32::from(number % 2), 7.0, 7.0]);
        }
        let with = model.take(&[3.0, 7.0, 7.0]).unwrap();
        let without = model.take(&[3.0, 8.0, -1e9]).unwrap();
        assert!((with - without).abs() < 1e-9);
        assert!((24.0..26.0).contains(&with), "{with}: 2.5 from the mean at a deviation of 0.5");
    }
}
