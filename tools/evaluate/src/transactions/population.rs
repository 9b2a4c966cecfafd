use crate::random::Random;

/// The side of the square that everybody lives in.
const SIDE: f64 = 100.0;
/// How far a customer goes, where there are as many terminals as in the handbook.
const REACH: f64 = 5.0;
const REACH_FOR: f64 = 10_000.0;

/// A customer's habits.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    /// What they usually pay, 5 to 100; the deviation is half of it.
    pub(super) mean_amount: f64,
    /// How often a day, 0 to 4.
    pub(super) per_day: f64,
    /// The terminals within their reach.
    pub(super) terminals: Vec<u32>,
}

/// Customers at random places, who pay at the terminals that are near. With fewer terminals they go
/// further, so that as many are within reach.
pub(super) fn customers(seed: u64, customers: u32, terminals: u32) -> Vec<Customer> {
    let place = |random: &mut Random| (random.between(0.0, SIDE), random.between(0.0, SIDE));
    let terminals: Vec<(u32, (f64, f64))> = (0..terminals)
        .map(|number| (number, place(&mut Random::new(seed, "terminal", number.into()))))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let reach_squared = REACH * REACH * REACH_FOR / terminals.len().max(1) as f64;
    let customer = |number: u32| {
        let mut random = Random::new(seed, "customer", number.into());
        let (x, y) = place(&mut random);
        let is_near = |(_, (other_x, other_y)): &&(u32, (f64, f64))| {
            let (east, north) = (x - other_x, y - other_y);
            east * east + north * north < reach_squared
        };
        Customer {
            mean_amount: random.between(5.0, 100.0),
            per_day: random.between(0.0, 4.0),
            terminals: terminals.iter().filter(is_near).map(|(number, _)| *number).collect(),
        }
    };
    (0..customers).map(customer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_terminals_are_within_reach_however_many_there_are() {
        // A circle of radius 5 is 0.785 % of the square, so that 78.5 of 10,000 are within reach, and
        // fewer near the square's edge.
        for terminals in [500, 2_000] {
            let customers = customers(1, 400, terminals);
            let reached: usize = customers.iter().map(|one| one.terminals.len()).sum();
            assert!((50..79).contains(&(reached / 400)), "{} of {terminals}", reached / 400);
        }
    }
}
