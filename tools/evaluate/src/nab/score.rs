use std::ops::AddAssign;

use serde::Serialize;

use super::Profile;

/// A labelled window: its first and its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// What counts of the detections in one series or several, before it is weighed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    /// The labelled windows.
    pub(crate) windows: usize,
    /// Those without a detection.
    pub(crate) missed: usize,
    /// The sum over the others of what their best detection is worth, 1 at most each.
    pub(crate) found: f64,
    /// The detections outside of windows.
    pub(crate) false_alerts: usize,
    /// The sum of what they cost, 1 at most each.
    pub(crate) cost: f64,
}

/// The scores in the three profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// In the standard profile.
    pub standard: f64,
    /// In the profile that rewards few false positives.
    pub low_fp: f64,
    /// In the profile that rewards few false negatives.
    pub low_fn: f64,
}

impl AddAssign for Parts {
    fn add_assign(&mut self, other: Self) {
        self.windows += other.windows;
        self.missed += other.missed;
        self.found += other.found;
        self.false_alerts += other.false_alerts;
        self.cost += other.cost;
    }
}

impl Window {
    const fn holds(self, row: usize) -> bool {
        self.first <= row && row <= self.last
    }

    const fn width(self) -> usize {
        self.last - self.first + 1
    }
}

/// The first 15 % of a series, 750 rows at most, in which detectors may learn: nothing there counts.
const fn probation(rows: usize) -> usize {
    let share = rows * 15 / 100;
    if share < 750 { share } else { 750 }
}

/// NAB's scaled sigmoid: from almost 1 at the beginning of a window, at -1, through 0 just behind
/// its end to -1 far behind it.
fn worth(position: f64) -> f64 {
    if position > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

/// Counts the detections, which are rows, in a series of so many rows.
#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
pub(crate) fn count(rows: usize, windows: &[Window], detections: &[usize]) -> Parts {
    let mut parts = Parts { windows: windows.len(), ..Parts::default() };
    let counted = || detections.iter().copied().filter(|row| *row >= probation(rows));
    for window in windows {
        // The first detection is the best one: what it is worth falls from row to row.
        match counted().filter(|row| window.holds(*row)).min() {
            None => parts.missed += 1,
            Some(row) => {
                let rows_left = (window.last - row + 1) as f64;
                parts.found += worth(-rows_left / window.width() as f64) / worth(-1.0);
            }
        }
    }
    for row in counted().filter(|row| !windows.iter().any(|window| window.holds(*row))) {
        let before = windows.iter().filter(|window| window.last < row).max_by_key(|one| one.last);
        let worth = before
            .map_or(-1.0, |window| worth((row - window.last) as f64 / (window.width() - 1) as f64));
        parts.false_alerts += 1;
        parts.cost -= worth;
    }
    parts
}

impl Parts {
    /// The scores; none where there are no windows to find.
    pub(crate) fn scores(&self) -> Option<Scores> {
        Some(Scores {
            standard: self.score(Profile::Standard)?,
            low_fp: self.score(Profile::LowFalsePositives)?,
            low_fn: self.score(Profile::LowFalseNegatives)?,
        })
    }

    /// The score: 0 for no detection at all, 100 for one at the first row of every window and no
    /// other; none where there are no windows to find.
    #[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
    fn score(&self, profile: Profile) -> Option<f64> {
        if self.windows == 0 {
            return None;
        }
        let (windows, missed) = (self.windows as f64, self.missed as f64);
        let raw =
            self.found - profile.false_negative() * missed - profile.false_positive() * self.cost;
        let nothing = -profile.false_negative() * windows;
        Some(100.0 * (raw - nothing) / (windows - nothing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: [Window; 2] =
        [Window { first: 200, last: 299 }, Window { first: 600, last: 699 }];

    fn scores(detections: &[usize]) -> [f64; 3] {
        let scores = count(1_000, &WINDOWS, detections).scores().unwrap();
        [scores.standard, scores.low_fp, scores.low_fn]
    }

    fn assert_close(scores: [f64; 3], expected: [f64; 3]) {
        for (score, expected) in scores.into_iter().zip(expected) {
            assert!((score - expected).abs() < 5e-5, "{score} for {expected}");
        }
    }

    #[test]
    fn no_detector_has_0_and_a_perfect_one_100() {
        assert_close(scores(&[]), [0.0; 3]);
        assert_close(scores(&[200, 600]), [100.0; 3]);
        // Further detections in a window found already change nothing.
        assert_close(scores(&[200, 201, 299, 600]), [100.0; 3]);
    }

    #[test]
    fn a_small_example_is_worth_what_it_is_by_hand() {
        // Row 250: 50 of 100 rows are left, position -0.5. worth(-0.5) = 2/(1+e^-2.5)-1 = 0.848284,
        // worth(-1) = 2/(1+e^-5)-1 = 0.986614; 0.848284/0.986614 = 0.859793.
        // Row 319: 20 rows behind a window of 100, position 20/99: worth = 2/(1+e^1.010101)-1 =
        // -0.466080. Row 180: before any window, -1. The second window is missed.
        // Standard: 0.859793 - 0.11 * 1.466080 - 1 = -0.301476; (-0.301476 + 2) / 4 = 0.424631.
        // Low FP: 0.859793 - 0.22 * 1.466080 - 1 = -0.462745; (-0.462745 + 2) / 4 = 0.384314.
        // Low FN: 0.859793 - 0.11 * 1.466080 - 2 = -1.301476; (-1.301476 + 4) / 6 = 0.449754.
        assert_close(scores(&[180, 250, 319]), [42.463_09, 38.431_38, 44.975_40]);
    }

    #[test]
    fn what_a_false_alert_costs_grows_with_its_distance_to_the_window_before() {
        // More than three window widths behind, the whole of it: 0.11 / 4.
        assert_close(scores(&[200, 599, 600]), [97.25, 94.5, 98.166_666]);
        let near = scores(&[200, 301, 600])[0];
        let far = scores(&[200, 340, 600])[0];
        assert!(100.0 > near && near > far && far > 97.25, "{near} {far}");
    }

    #[test]
    fn nothing_counts_in_the_first_15_percent_or_750_rows() {
        assert_close(scores(&[0, 149]), [0.0; 3]);
        assert!(scores(&[150])[0] < 0.0);
        assert_eq!((probation(1_000), probation(5_000), probation(20_000)), (150, 750, 750));
        assert_eq!(probation(1_243), 186);
    }

    #[test]
    fn a_series_without_windows_has_costs_and_no_score() {
        let parts = count(1_000, &[], &[500, 501]);
        assert_eq!(parts.score(Profile::Standard), None);
        let mut all = count(1_000, &WINDOWS, &[200, 600]);
        all += parts;
        let score = all.score(Profile::Standard).unwrap();
        assert!((score - 94.5).abs() < 1e-9, "{score}");
    }
}
