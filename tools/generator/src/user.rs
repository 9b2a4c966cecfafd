//! One user: sessions, and what happens in them.

use fastrand::Rng;

use crate::dialect::{Dialect, Spelling, TimeFormat};
use crate::random::{between, chance, exponential, log_normal, weighted};

const MINUTE_MS: f64 = 60_000.0;

/// Longer than the pause that ends a session.
const AWAY_MS: f64 = 31.0 * MINUTE_MS;

/// Payments of a user before a card is worth abusing, so that what follows is unusual for the user.
const PAYMENTS_BEFORE_FRAUD: u32 = 6;

/// What kind of user it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Looks around, clicks, buys now and then.
    Human,
    /// Clicks several times a second, 30 to 90 times, then rests.
    Bot,
    /// Buys often, until someone else pays with the same card.
    FraudVictim,
}

pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) spelling: Spelling,
    pub(crate) habit: Habit,
    pub(crate) currency: &'static str,
    pub(crate) city: usize,
    pub(crate) random: Rng,
    /// Whether who comes often enough comes back without having been away.
    pub(crate) hardly_rests: bool,
    /// From the end of one session to the start of the next.
    mean_idle_ms: f64,
    median_amount: f64,
    payments: u32,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Idle,
    /// This many actions are left of the session.
    Active {
        left: u32,
    },
    /// What was bought is about to be paid.
    Paying {
        left: u32,
    },
    /// A bot's run.
    Clicking {
        done: u32,
        left: u32,
    },
    /// Somebody else is paying.
    Abused {
        left: u32,
    },
}

/// What a user does at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Event(&'static str),
    /// A bot's click, and how many there have been in this run.
    BotClick(u32),
    /// A payment in hundredths.
    Payment(i64),
    /// The same, by somebody else. The first of them is above 10,000.
    Fraud(i64),
}

impl User {
    pub(crate) fn new(id: String, habit: Habit, mean_idle_ms: f64, mut random: Rng) -> Self {
        let dialect = if random.bool() { Dialect::Camel } else { Dialect::Snake };
        let mut spelling = Spelling::choose(dialect, &mut random);
        if habit != Habit::Human {
            // Whole seconds would blur how fast a bot clicks.
            spelling.time = match spelling.time {
                TimeFormat::EpochSeconds => TimeFormat::EpochMilliseconds,
                other => other,
            };
        }
        let currencies = [("EUR", 6.0), ("USD", 3.0), ("GBP", 1.0)];
        User {
            id,
            spelling,
            habit,
            currency: weighted(&mut random, &currencies).unwrap_or("EUR"),
            city: random.usize(..),
            hardly_rests: false,
            mean_idle_ms,
            median_amount: log_normal(&mut random, 40.0, 0.6),
            payments: 0,
            state: State::Idle,
            random,
        }
    }

    /// How long after the start the first session begins.
    pub(crate) fn first_session_ms(&mut self) -> i64 {
        let first = match self.habit {
            Habit::Human => exponential(&mut self.random, self.mean_idle_ms),
            Habit::Bot => between(&mut self.random, 0.0, 20.0 * MINUTE_MS),
            Habit::FraudVictim => between(&mut self.random, 0.0, 10.0 * MINUTE_MS),
        };
        milliseconds(first)
    }

    /// What the user does now, and after how many milliseconds there is more.
    pub(crate) fn act(&mut self) -> (Act, i64) {
        match self.state {
            State::Idle if self.habit == Habit::Bot => {
                let left = self.random.u32(30..90);
                self.click(1, left)
            }
            State::Idle => {
                // Ten on average, as a coin that says "once more" nine times of ten gives.
                let further = exponential(&mut self.random, 9.0).min(200.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 200"
                )]
                let left = further as u32;
                self.after_action(Act::Event("login"), left)
            }
            State::Active { left } => {
                let kind = self.kind_of_action(left);
                if kind == "purchase" {
                    self.state = State::Paying { left: left - 1 };
                    return (Act::Event(kind), self.random.i64(300..1_500));
                }
                self.after_action(Act::Event(kind), left - 1)
            }
            State::Paying { left } => self.pay(left),
            State::Clicking { done, left } => self.click(done + 1, left),
            State::Abused { left } => {
                let times_the_usual = between(&mut self.random, 6.0, 15.0);
                self.after_fraud(cents(self.median_amount * times_the_usual), left)
            }
        }
    }

    fn kind_of_action(&mut self, left: u32) -> &'static str {
        if left == 1 && chance(&mut self.random, 0.3) {
            return "logout";
        }
        let purchase = if self.habit == Habit::FraudVictim { 100.0 } else { 6.0 };
        let kinds = [
            ("page_view", 45.0),
            ("click", 33.0),
            ("search", 9.0),
            ("add_to_cart", 7.0),
            ("purchase", purchase),
        ];
        weighted(&mut self.random, &kinds).unwrap_or("page_view")
    }

    fn pay(&mut self, left: u32) -> (Act, i64) {
        if self.habit == Habit::FraudVictim && self.payments >= PAYMENTS_BEFORE_FRAUD {
            let cents = self.random.i64(1_050_000..3_000_000);
            let more = self.random.u32(3..8);
            return self.after_fraud(cents, more);
        }
        self.payments += 1;
        let amount = log_normal(&mut self.random, self.median_amount, 0.4);
        self.after_action(Act::Payment(cents(amount)), left)
    }

    fn click(&mut self, done: u32, left: u32) -> (Act, i64) {
        let act = Act::BotClick(done);
        if left == 0 {
            return self.end_session(act);
        }
        self.state = State::Clicking { done, left: left - 1 };
        (act, self.random.i64(80..700))
    }

    fn after_fraud(&mut self, cents: i64, left: u32) -> (Act, i64) {
        let act = Act::Fraud(cents);
        if left == 0 {
            // The card is blocked: its owner is back tomorrow, and pays six times again first.
            self.state = State::Idle;
            self.payments = 0;
            return (act, 86_400_000);
        }
        self.state = State::Abused { left: left - 1 };
        (act, self.random.i64(5_000..25_000))
    }

    fn after_action(&mut self, act: Act, left: u32) -> (Act, i64) {
        if left == 0 {
            return self.end_session(act);
        }
        self.state = State::Active { left };
        let pause = log_normal(&mut self.random, 20_000.0, 0.9).clamp(300.0, 20.0 * MINUTE_MS);
        (act, milliseconds(pause))
    }

    fn end_session(&mut self, act: Act) -> (Act, i64) {
        self.state = State::Idle;
        if self.hardly_rests && self.mean_idle_ms < AWAY_MS {
            return (act, milliseconds(exponential(&mut self.random, self.mean_idle_ms)));
        }
        // Most are gone for longer than a session may pause; some only fetch a coffee.
        let break_only = self.habit == Habit::Human && chance(&mut self.random, 0.25);
        let idle = if break_only {
            between(&mut self.random, 2.0 * MINUTE_MS, 25.0 * MINUTE_MS)
        } else {
            AWAY_MS + exponential(&mut self.random, (self.mean_idle_ms - AWAY_MS).max(MINUTE_MS))
        };
        (act, milliseconds(idle))
    }
}

fn cents(amount: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand at most")]
    let cents = (amount * 100.0).round() as i64;
    cents.max(1)
}

fn milliseconds(duration: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "days at most")]
    let milliseconds = duration.round() as i64;
    milliseconds.max(1)
}
