use serde::{Deserialize, Serialize};

/// Lets the first reading of an episode through and holds back the rest of it.
///
/// A score passes that is at the threshold or above, if no alert was raised for the last so many
/// readings, or if it is higher than the last alert's score by so much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Gate(Option<LastAlert>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct LastAlert {
    score: f32,
    /// How many readings ago; it stops at 65,535.
    readings_ago: u16,
}

impl Gate {
    /// One reading further.
    pub(in super::super) fn count(&mut self) {
        if let Some(last) = &mut self.0 {
            last.readings_ago = last.readings_ago.saturating_add(1);
        }
    }

    /// Whether this reading's score, already at the threshold, is to be alerted; if so it is the
    /// last alert's from now on.
    pub(in super::super) fn passes(&mut self, score: f32, quiet: u16, rise: f32) -> bool {
        let is_new =
            self.0.is_none_or(|last| last.readings_ago > quiet || score >= last.score + rise);
        if is_new {
            self.0 = Some(LastAlert { score, readings_ago: 0 });
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_alerted_once_unless_it_gets_much_worse() {
        let mut gate = Gate::default();
        let mut at = |score| {
            gate.count();
            gate.passes(score, 3, 2.0)
        };
        assert_eq!([5.0, 6.9, 7.0, 8.9].map(&mut at), [true, false, true, false]);
        // Three readings after the last alert without one, then the next episode.
        assert_eq!([5.0, 5.0, 5.0].map(&mut at), [false, false, true]);
    }
}
