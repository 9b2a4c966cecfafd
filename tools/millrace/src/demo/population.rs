//! Who there is, and what their sessions and windows come to.

use serde::Serialize;

use crate::error::Error;
use crate::stack::{Row, Rows, Stack};

/// How many users are shown.
const BUSIEST: usize = 5;

/// What is known of users and sensors.
#[derive(Debug, Default)]
pub(super) struct Population {
    pub(super) users: u64,
    pub(super) sensors: u64,
    /// The events, payments and labels that all states have taken in.
    pub(super) taken: u64,
    pub(super) labels: Labels,
    /// The users with the most events and payments, busiest first.
    pub(super) busiest: Vec<User>,
    pub(super) open_sessions: u64,
    pub(super) closed_sessions: u64,
    pub(super) longest_session_seconds: f64,
    /// Windows of users' spending: those open in a state, rows of those closed.
    pub(super) open_spend_windows: u64,
    pub(super) spend_windows: u64,
    /// Windows of sensors' measures.
    pub(super) open_measure_windows: u64,
    pub(super) measure_windows: u64,
}

/// What was told of payments later. Each label is counted in exactly one calibrator.
#[derive(Debug, Default, Serialize)]
pub(super) struct Labels {
    /// How many came.
    pub(super) told: u64,
    /// How many of these were the first of a payment that was still remembered.
    pub(super) counted: u64,
    /// How many of those said fraud.
    pub(super) frauds: u64,
}

impl Labels {
    fn add(&mut self, states: &Rows, calibrator: &Row) -> Result<(), Error> {
        self.told += states.count(calibrator, "labels")?;
        self.counted += states.count(calibrator, "counted")?;
        self.frauds += states.count(calibrator, "frauds")?;
        Ok(())
    }
}

/// One user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) events: u64,
    pub(super) payments: u64,
    pub(super) sessions: u64,
    /// The largest total and its currency.
    pub(super) spent: String,
}

impl Population {
    pub(super) async fn read(stack: &Stack) -> Result<Self, Error> {
        let tables = &stack.resources.tables;
        let mut population = Self::default();
        let states = Rows::read(&stack.aws, &tables.state).await?;
        for row in states.iter() {
            let windows = row.list("windows").len() as u64;
            match states.text(row, "entity")?.split_once('#') {
                Some(("user", id)) => {
                    population.open_spend_windows += windows;
                    population.add_user(&states, row, id)?;
                }
                Some(("sensor", _)) => {
                    population.open_measure_windows += windows;
                    population.sensors += 1;
                    population.taken += states.count(row, "events")?;
                }
                Some(("calibrator", _)) => population.labels.add(&states, row)?,
                _ => {}
            }
        }
        population.taken += population.labels.told;
        population.busiest.sort_by(|one, other| {
            let acts = |user: &User| user.events + user.payments;
            acts(other).cmp(&acts(one)).then_with(|| one.id.cmp(&other.id))
        });
        population.busiest.truncate(BUSIEST);

        let sessions = Rows::read(&stack.aws, &tables.sessions).await?;
        population.closed_sessions = sessions.len() as u64;
        for row in sessions.iter() {
            let seconds = row.number("duration_seconds").and_then(|text| text.parse().ok());
            population.longest_session_seconds =
                population.longest_session_seconds.max(seconds.unwrap_or_default());
        }
        let windows = Rows::read(&stack.aws, &tables.windows).await?;
        for row in windows.iter() {
            match windows.text(row, "kind")? {
                "spend" => population.spend_windows += 1,
                _ => population.measure_windows += 1,
            }
        }
        Ok(population)
    }

    fn add_user(&mut self, states: &Rows, row: &Row, id: &str) -> Result<(), Error> {
        self.users += 1;
        self.open_sessions += u64::from(row.map("session").is_some());
        let (events, payments) = (states.count(row, "events")?, states.count(row, "transactions")?);
        self.taken += events + payments;
        self.busiest.push(User {
            id: id.to_owned(),
            events,
            payments,
            sessions: states.count(row, "sessions")?,
            spent: largest_total(row),
        });
        Ok(())
    }
}

fn largest_total(user: &Row) -> String {
    let amount = |total: &Row| total.number("total").and_then(|text| text.parse::<f64>().ok());
    let totals = user.list("totals");
    let largest = totals.iter().max_by(|one, other| {
        amount(one).unwrap_or_default().total_cmp(&amount(other).unwrap_or_default())
    });
    largest.map_or_else(
        || "-".to_owned(),
        |total| {
            let (number, currency) = (total.number("total"), total.text("currency"));
            format!("{} {}", number.unwrap_or_default(), currency.unwrap_or_default())
        },
    )
}
