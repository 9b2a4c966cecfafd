use crate::random::Random;

/// Milliseconds.
const SECOND: f64 = 1_000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;

/// When people are awake, in hours of the day.
const WAKES: f64 = 7.0;
const SLEEPS: f64 = 24.0;
/// Sessions a day, from the least to the most that somebody has on average.
const SESSIONS: (f64, f64) = (0.5, 5.0);
/// How much the pauses of one person differ from those of another: the deviation of a logarithm.
const PACES: f64 = 0.35;

/// Of the sessions: browsing, the rest being scrolling and clicking in equal parts.
const BROWSING: f64 = 0.8;
/// Pages of a session, on average; the median pause on a page and the deviation of its logarithm.
const PAGES: f64 = 10.0;
const PAGE_PAUSE: (f64, f64) = (20.0 * SECOND, 1.0);
/// What a page reports of itself while it loads, on average, and within what time.
const REPORTED: f64 = 3.0;
const LOADING: f64 = 1.5 * SECOND;
/// How long somebody scrolls, and the pauses between the events of it.
const SCROLLING: (f64, f64) = (2.0 * MINUTE, 30.0 * MINUTE);
const SCROLL_PAUSE: (f64, f64) = (2.5 * SECOND, 0.6);
/// How many clicks a gallery or a game takes, and the pauses between them.
const CLICKS: (f64, f64) = (20.0, 150.0);
const CLICK_PAUSE: (f64, f64) = (1.5 * SECOND, 0.5);

/// A quick bot's runs a day, how long one lasts, and its pauses.
const RUNS: f64 = 4.0;
const RUN: (f64, f64) = (2.0 * MINUTE, 10.0 * MINUTE);
const QUICK_PAUSE: (f64, f64) = (0.2 * SECOND, 0.6 * SECOND);
/// The pauses of a slow bot, which never rests.
const SLOW_PAUSE: (f64, f64) = (5.0 * SECOND, 15.0 * SECOND);

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct ActivitySettings {
    /// The same seed gives the same events.
    pub seed: u64,
    /// How many people. For every fifty of them there is a bot, quick and slow ones by turns.
    pub people: u32,
    /// How many days.
    pub days: u32,
}

/// A thousand people for a week.
impl Default for ActivitySettings {
    fn default() -> Self {
        Self { seed: 1, people: 1_000, days: 7 }
    }
}

/// Somebody who causes events.
pub(super) struct Actor {
    pub(super) habit: Habit,
    random: Random,
}

/// How somebody acts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Habit {
    /// In sessions, so many a day, with pauses so many times as long as others'.
    Person { sessions: f64, pace: f64 },
    /// In quick runs.
    QuickBot,
    /// All the time.
    SlowBot,
}

/// Something somebody did: the millisecond of its day, and what.
pub(super) type Act = (u32, &'static str);

/// The people, and after them the bots.
pub(super) fn actors(settings: &ActivitySettings) -> Vec<Actor> {
    let bots = settings.people.div_ceil(50);
    let actor = |number: u32| {
        let mut random = Random::new(settings.seed, "actor", number.into());
        let habit = match number.checked_sub(settings.people) {
            None => Habit::Person {
                sessions: random.between(SESSIONS.0, SESSIONS.1),
                pace: random.log_normal(1.0, PACES),
            },
            Some(bot) if bot % 2 == 0 => Habit::QuickBot,
            Some(_) => Habit::SlowBot,
        };
        Actor { habit, random }
    };
    (0..settings.people + bots).map(actor).collect()
}

impl Actor {
    /// What is done on the next day, in no order; what would fall on the day after is left out.
    pub(super) fn next_day(&mut self) -> Vec<Act> {
        let mut acts = Acts(Vec::new());
        match self.habit {
            Habit::Person { sessions, pace } => {
                for _ in 0..self.random.poisson(sessions) {
                    let start = self.random.between(WAKES, SLEEPS) * HOUR;
                    self.session(start, pace, &mut acts);
                }
            }
            Habit::QuickBot => {
                for _ in 0..self.random.poisson(RUNS) {
                    let start = self.random.between(0.0, 24.0) * HOUR;
                    let end = start + self.random.between(RUN.0, RUN.1);
                    self.steadily(start, end, QUICK_PAUSE, &mut acts);
                }
            }
            Habit::SlowBot => self.steadily(0.0, 24.0 * HOUR, SLOW_PAUSE, &mut acts),
        }
        acts.0
    }

    fn session(&mut self, start: f64, pace: f64, acts: &mut Acts) {
        let random = &mut self.random;
        let mut now = start;
        let kind = random.unit();
        if kind < BROWSING {
            // An exponential mean makes a Poisson number of pages a geometric one.
            let mean = random.exponential(PAGES).min(10.0 * PAGES);
            for _ in 0..=random.poisson(mean) {
                acts.note(now, "page_view");
                for _ in 0..random.poisson(REPORTED) {
                    acts.note(now + random.between(0.0, LOADING), "impression");
                }
                now += pace * random.log_normal(PAGE_PAUSE.0, PAGE_PAUSE.1);
                acts.note(now, "click");
            }
        } else if kind < f64::midpoint(1.0, BROWSING) {
            let end = start + random.between(SCROLLING.0, SCROLLING.1);
            while now < end {
                acts.note(now, "scroll");
                now += pace * random.log_normal(SCROLL_PAUSE.0, SCROLL_PAUSE.1);
            }
        } else {
            let mut left = random.between(CLICKS.0, CLICKS.1);
            while left > 0.0 {
                acts.note(now, "click");
                now += pace * random.log_normal(CLICK_PAUSE.0, CLICK_PAUSE.1);
                left -= 1.0;
            }
        }
    }

    fn steadily(&mut self, start: f64, end: f64, pause: (f64, f64), acts: &mut Acts) {
        let mut now = start;
        while now < end {
            acts.note(now, "click");
            now += self.random.between(pause.0, pause.1);
        }
    }
}

struct Acts(Vec<Act>);

impl Acts {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a day")]
    fn note(&mut self, time: f64, what: &'static str) {
        if (0.0..24.0 * HOUR).contains(&time) {
            self.0.push((time as u32, what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_in_sessions_and_bots_do_more_than_people() {
        let settings = ActivitySettings { people: 200, ..ActivitySettings::default() };
        let mut people = 0;
        let mut bots = Vec::new();
        for mut actor in actors(&settings) {
            let acts = actor.next_day().len() + actor.next_day().len();
            match actor.habit {
                Habit::Person { .. } => people += acts,
                _ => bots.push(acts),
            }
        }
        // Two days of 2.75 sessions, most of ten pages with five events each.
        let each = people / 200;
        assert!((200..700).contains(&each), "{each} events of a person");
        assert_eq!(bots.len(), 4);
        // Sixteen thousand times ten seconds are two days.
        assert!(bots[1] > 15_000 && bots[3] > 15_000, "{bots:?}");
    }

    #[test]
    fn every_act_is_within_its_day() {
        for mut actor in actors(&ActivitySettings { people: 50, ..Default::default() }) {
            assert!(actor.next_day().iter().all(|(time, _)| *time < 86_400_000));
        }
    }
}
