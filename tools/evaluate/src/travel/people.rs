use serde::Serialize;

use crate::random::Random;

const HOUR: f64 = 3_600_000.0;
const DAY: f64 = 24.0 * HOUR;
/// 2026-01-05T00:00:00Z, a Monday.
const START_MILLIS: f64 = 1_767_571_200_000.0;
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// How many cities there are, and the share of them that lie anywhere: the others lie within the
/// bounds of a continent, from south to north and from west to east.
const CITIES: u64 = 300;
const ANYWHERE: f64 = 0.15;
const CONTINENT: ((f64, f64), (f64, f64)) = ((37.0, 60.0), (-9.0, 30.0));
/// How far from a city's middle people pay, in degrees.
const SPREAD: f64 = 0.05;
/// How often a day somebody pays, and when.
const PER_DAY: (f64, f64) = (1.0, 6.0);
const AWAKE: (f64, f64) = (7.0, 24.0);
/// How often a day somebody sets out, and for how many days they stay.
const SETS_OUT: f64 = 0.1;
const STAYS: (f64, f64) = (0.2, 3.0);
/// How people travel: up to so many kilometres by land, at so many an hour, and else by air; and for
/// how many hours they get to the train or the plane and away from it.
const BY_LAND_KM: f64 = 600.0;
const LAND: (f64, f64) = (110.0, 0.3);
const AIR: (f64, f64) = (850.0, 2.0);

/// Every so many people has a card that is cloned, with which somebody else pays in another city:
/// how often, and within how many hours.
const CLONED: u32 = 20;
const CLONE_PAYS: (f64, f64) = (1.0, 7.0);
const CLONE_HOURS: f64 = 6.0;

/// The share of payments at terminals whose clocks are off, by up to so many hours.
const CLOCK_OFF: f64 = 0.01;
const CLOCK_HOURS: f64 = 2.0;
/// The share of payments that are booked in another city.
const BOOKED_ELSEWHERE: f64 = 0.005;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct TravelSettings {
    /// The same seed gives the same payments.
    pub seed: u64,
    /// How many people.
    pub people: u32,
    /// For how many days.
    pub days: u32,
}

/// Ten thousand people for a week.
impl Default for TravelSettings {
    fn default() -> Self {
        Self { seed: 1, people: 10_000, days: 7 }
    }
}

/// What is wrong with the payments that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Nothing: every payment has its own time and place.
    Nothing,
    /// The clocks of some terminals.
    Clocks,
    /// The places of some payments, which are those of a company's seat.
    Seats,
}

impl Wrong {
    /// Each by itself.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Clocks, Self::Seats];
}

/// A payment with somebody's card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paid {
    /// In milliseconds since 1970.
    pub(super) millis: f64,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    /// Whether it was not the card's owner who paid.
    pub(super) is_clone: bool,
}

/// A place, in degrees north and east.
type Place = (f64, f64);

/// All payments with one person's card, in the order of their times.
pub(super) fn payments(settings: &TravelSettings, person: u32, wrong: Wrong) -> Vec<Paid> {
    let random = &mut Random::new(settings.seed, "traveller", person.into());
    let end = f64::from(settings.days) * DAY;
    let stays = stays(settings.seed, end, random);
    let mut payments = owner(&stays, settings.days, random);
    if person.is_multiple_of(CLONED) {
        let start = random.between(0.0, end - CLONE_HOURS * HOUR);
        let place = city(settings.seed, random);
        for _ in 0..whole(random.between(CLONE_PAYS.0, CLONE_PAYS.1)) {
            let time = start + random.between(0.0, CLONE_HOURS * HOUR);
            payments.push(paid(time, place, true, random));
        }
    }
    // From a source of its own, so that the payments are the same whatever is wrong with them.
    let random = &mut Random::new(settings.seed, "wrong", person.into());
    for paid in &mut payments {
        let (is_off, is_elsewhere) = (random.chance(CLOCK_OFF), random.chance(BOOKED_ELSEWHERE));
        let off = random.between(-CLOCK_HOURS, CLOCK_HOURS) * HOUR;
        let seat = city(settings.seed, random);
        match wrong {
            Wrong::Clocks if is_off => paid.millis = (paid.millis + off).round(),
            Wrong::Seats if is_elsewhere => (paid.latitude, paid.longitude) = seat,
            _ => {}
        }
    }
    payments.sort_by(|one, other| one.millis.total_cmp(&other.millis));
    payments
}

/// From when until when somebody is in a city.
struct Stay {
    from: f64,
    until: f64,
    place: Place,
}

/// Where somebody is, until the end: at home, away, at home again.
fn stays(seed: u64, end: f64, random: &mut Random) -> Vec<Stay> {
    let home = city(seed, random);
    let (mut now, mut place, mut stays) = (0.0, home, Vec::new());
    while now < end {
        let days = if place == home {
            random.exponential(1.0 / SETS_OUT)
        } else {
            random.between(STAYS.0, STAYS.1)
        };
        let until = now + days * DAY;
        let next = if place == home { city(seed, random) } else { home };
        stays.push(Stay { from: now, until, place });
        now = until + travel_hours(place, next) * HOUR;
        place = next;
    }
    stays
}

fn travel_hours(from: Place, to: Place) -> f64 {
    let kilometres = kilometres(from, to);
    let (speed, besides) = if kilometres <= BY_LAND_KM { LAND } else { AIR };
    kilometres / speed + besides
}

/// What the owner of a card pays: nothing on the way.
fn owner(stays: &[Stay], days: u32, random: &mut Random) -> Vec<Paid> {
    let mut payments = Vec::new();
    let per_day = random.between(PER_DAY.0, PER_DAY.1);
    for day in 0..days {
        for _ in 0..random.poisson(per_day) {
            let hour = random.between(AWAKE.0, AWAKE.1);
            let time = f64::from(day) * DAY + hour * HOUR;
            let stay = stays.iter().find(|stay| (stay.from..stay.until).contains(&time));
            payments.extend(stay.map(|stay| paid(time, stay.place, false, random)));
        }
    }
    payments
}

fn paid(time: f64, (latitude, longitude): Place, is_clone: bool, random: &mut Random) -> Paid {
    Paid {
        millis: START_MILLIS + time.round(),
        latitude: latitude + random.between(-SPREAD, SPREAD),
        longitude: longitude + random.between(-SPREAD, SPREAD),
        is_clone,
    }
}

/// One of the cities.
fn city(seed: u64, random: &mut Random) -> Place {
    #[expect(clippy::cast_possible_truncation, reason = "hundreds")]
    let number = random.below(CITIES as usize);
    let random = &mut Random::new(seed, "city", number as u64);
    let ((south, north), (west, east)) = CONTINENT;
    if random.chance(ANYWHERE) {
        return (random.between(-45.0, 65.0), random.between(-180.0, 180.0));
    }
    (random.between(south, north), random.between(west, east))
}

/// The length of the great circle, by the spherical law of cosines.
fn kilometres(from: Place, to: Place) -> f64 {
    let [north, other_north] = [from.0, to.0].map(f64::to_radians);
    let sines = libm::sin(north) * libm::sin(other_north);
    let east = libm::cos((to.1 - from.1).to_radians());
    let cosine = sines + libm::cos(north) * libm::cos(other_north) * east;
    EARTH_RADIUS_KM * libm::acos(cosine.clamp(-1.0, 1.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
const fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: TravelSettings = TravelSettings { seed: 1, people: 200, days: 7 };

    #[test]
    fn nobody_is_faster_than_an_airliner_unless_something_is_wrong() {
        let mut journeys = 0;
        for person in 0..SETTINGS.people {
            let payments = payments(&SETTINGS, person, Wrong::Nothing);
            let own: Vec<&Paid> = payments.iter().filter(|paid| !paid.is_clone).collect();
            for pair in own.windows(2) {
                let places = [0, 1].map(|at| (pair[at].latitude, pair[at].longitude));
                let kilometres = kilometres(places[0], places[1]);
                let hours = (pair[1].millis - pair[0].millis) / HOUR;
                assert!(kilometres < 30.0 || kilometres / hours < AIR.0, "{pair:?}");
                journeys += u32::from(kilometres > 100.0);
            }
        }
        assert!(journeys > 50, "{journeys} journeys");
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        // Munich to London, published as 918 km; a quarter of a meridian.
        assert!((kilometres((48.1374, 11.5755), (51.5074, -0.1278)) - 918.0).abs() < 5.0);
        assert!((kilometres((0.0, 7.0), (90.0, 0.0)) - 10_007.5).abs() < 1.0);
    }

    #[test]
    fn one_card_in_twenty_is_cloned_and_the_same_seed_gives_the_same_payments() {
        let all = |wrong| -> Vec<Vec<Paid>> {
            (0..SETTINGS.people).map(|person| payments(&SETTINGS, person, wrong)).collect()
        };
        let sound = all(Wrong::Nothing);
        let is_cloned = |card: &&Vec<Paid>| card.iter().any(|paid| paid.is_clone);
        assert_eq!(sound.iter().filter(is_cloned).count(), 10);
        assert_eq!(sound, all(Wrong::Nothing));
        assert_ne!(sound, all(Wrong::Clocks));
        assert_ne!(sound, all(Wrong::Seats));
    }
}
