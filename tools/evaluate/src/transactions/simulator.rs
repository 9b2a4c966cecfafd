use super::Lengths;
use super::episodes::Episodes;
use super::population::{Customer, customers};
use crate::random::Random;

/// Fraud of the first kind: anything above this many cents.
const CERTAIN_FRAUD_CENTS: i64 = 22_000;
/// The share of a compromised card's payments that are fraud, and how much larger these are.
const CARD_FRAUD_SHARE: f64 = 1.0 / 3.0;
const CARD_FRAUD_FACTOR: i64 = 5;
/// The time of day of payments, in seconds: mean and deviation.
const NOON: f64 = 43_200.0;
const SPREAD: f64 = 20_000.0;
const DAY_SECONDS: f64 = 86_400.0;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct SimulatorSettings {
    /// The same seed gives the same payments.
    pub seed: u64,
    /// How many customers, each with one card.
    pub customers: u32,
    /// How many terminals.
    pub terminals: u32,
    /// How many days. The last seven are what detectors are judged by.
    pub days: u32,
    /// How long episodes of fraud last.
    pub lengths: Lengths,
}

/// The handbook's: 5,000 customers, 10,000 terminals, and the days up to the end of its test week.
impl Default for SimulatorSettings {
    fn default() -> Self {
        Self { seed: 1, customers: 5_000, terminals: 10_000, days: 136, lengths: Lengths::Random }
    }
}

/// One payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Payment {
    /// The second of its day.
    pub(super) second: u32,
    pub(super) customer: u32,
    pub(super) terminal: u32,
    pub(super) cents: i64,
    pub(super) is_fraud: bool,
}

/// Makes payments, a day at a time.
pub(super) struct Simulator {
    customers: Vec<(Customer, Random)>,
    episodes: Episodes,
    day: u32,
}

impl Simulator {
    pub(super) fn new(settings: &SimulatorSettings) -> Self {
        let SimulatorSettings { seed, customers: count, terminals, lengths, .. } = *settings;
        let customers = customers(seed, count, terminals).into_iter();
        let with_source = |(customer, number)| (customer, Random::new(seed, "payments", number));
        Self {
            customers: customers.zip(0..).map(with_source).collect(),
            episodes: Episodes::new(seed, lengths, count, terminals),
            day: 0,
        }
    }

    /// The payments of the next day, in the order of their time.
    pub(super) fn next_day(&mut self) -> Vec<Payment> {
        self.episodes.begin_day(self.day);
        self.day += 1;
        let mut payments = Vec::new();
        for ((customer, random), number) in self.customers.iter_mut().zip(0..) {
            for _ in 0..random.poisson(customer.per_day) {
                payments.extend(payment(customer, number, random, &self.episodes));
            }
        }
        payments.sort_unstable();
        payments
    }
}

/// A payment, unless its time falls outside of the day or there is no terminal within reach.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in the range checked")]
fn payment(
    customer: &Customer,
    number: u32,
    random: &mut Random,
    episodes: &Episodes,
) -> Option<Payment> {
    let second = random.normal(NOON, SPREAD);
    if !(0.0..DAY_SECONDS).contains(&second) || customer.terminals.is_empty() {
        return None;
    }
    let mean = customer.mean_amount;
    let mut amount = random.normal(mean, mean / 2.0);
    if amount < 0.0 {
        amount = random.between(0.0, 2.0 * mean);
    }
    let mut cents = (amount * 100.0).round() as i64;
    let terminal = customer.terminals[random.below(customer.terminals.len())];
    let mut is_fraud = cents > CERTAIN_FRAUD_CENTS || episodes.has_terminal(terminal);
    if episodes.has_card(number) && random.chance(CARD_FRAUD_SHARE) {
        cents *= CARD_FRAUD_FACTOR;
        is_fraud = true;
    }
    Some(Payment { second: second as u32, customer: number, terminal, cents, is_fraud })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(settings: &SimulatorSettings) -> Vec<Vec<Payment>> {
        let mut simulator = Simulator::new(settings);
        (0..settings.days).map(|_| simulator.next_day()).collect()
    }

    #[test]
    fn there_are_as_many_payments_and_as_much_fraud_as_in_the_handbook() {
        // The handbook has 1,754,155 payments of 5,000 customers in 183 days: 1.917 a customer and
        // day; and 0.84 % fraud, which takes a month to get there.
        let settings =
            SimulatorSettings { customers: 500, terminals: 1_000, days: 90, ..Default::default() };
        let days = days(&settings);
        let count: usize = days.iter().map(Vec::len).sum();
        let per_customer = f64::from(u32::try_from(count).unwrap()) / 500.0 / 90.0;
        assert!((1.75..2.1).contains(&per_customer), "{per_customer}");
        let late: Vec<&Payment> = days[40..].iter().flatten().collect();
        let frauds = late.iter().filter(|payment| payment.is_fraud).count();
        let share = f64::from(u32::try_from(frauds).unwrap())
            / f64::from(u32::try_from(late.len()).unwrap());
        assert!((0.006..0.012).contains(&share), "{share}");
    }

    #[test]
    fn days_are_in_order_and_the_same_for_the_same_seed_alone() {
        let settings =
            SimulatorSettings { customers: 50, terminals: 100, days: 5, ..Default::default() };
        let first = days(&settings);
        assert!(first.iter().all(|day| day.is_sorted_by_key(|payment| payment.second)));
        assert_eq!(first, days(&settings));
        assert_ne!(first, days(&SimulatorSettings { seed: 2, ..settings }));
    }
}
