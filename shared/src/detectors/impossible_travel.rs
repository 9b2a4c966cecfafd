use super::prelude::*;
use crate::events::Coordinates;

/// The mean radius of the earth in kilometres (IUGG).
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// `impossible_travel`: two payments of a user, one after the other as they arrive, so far apart and
/// so soon after each other that nobody travels as fast.
///
/// The distance is the great circle's (haversine). It has to pass a minimum too, since a position may
/// be an approximate one. Payments without coordinates are not looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ImpossibleTravel {
    last: Option<Place>,
}

/// Where and when a payment was, the place in millionths of a degree.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    latitude: i32,
    longitude: i32,
    time: EventTime,
}

impl ImpossibleTravel {
    /// Where the last located payment was.
    pub(super) fn last(&self) -> Option<Coordinates> {
        self.last.map(Place::coordinates)
    }
}

impl Detector<Transaction<'_>, UserProfile> for ImpossibleTravel {
    fn detect(&mut self, payment: &Transaction<'_>, context: &mut Context<'_, UserProfile>) {
        let Some(here) = payment.location.and_then(Coordinates::of_location) else { return };
        let here = Place::new(here, payment.time);
        let Some(before) = self.last.replace(here) else { return };
        let settings = context.settings;
        let kilometres = distance_km(before.coordinates(), here.coordinates());
        if kilometres < settings.impossible_travel_min_km {
            return;
        }
        let between = here.time.since(before.time).max(before.time.since(here.time));
        let hours = between.as_secs_f64() / 3_600.0;
        // Compared as a product: there may be no time between the two at all.
        if kilometres <= settings.impossible_travel_km_per_hour * hours {
            return;
        }
        let (shown, minutes) = (kilometres.round(), (hours * 60.0).round());
        let message = format!("Two payments {shown} km apart within {minutes} minutes.");
        context
            .raise(Severity::High, message)
            .with("kilometres", shown)
            .with("minutes", minutes)
            .with("km_per_hour_limit", settings.impossible_travel_km_per_hour);
    }
}

impl Place {
    #[expect(clippy::cast_possible_truncation, reason = "at most 180 million, as a place has it")]
    fn new(place: Coordinates, time: EventTime) -> Self {
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Self { latitude: millionths(place.latitude), longitude: millionths(place.longitude), time }
    }

    fn coordinates(self) -> Coordinates {
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        Coordinates { latitude: degrees(self.latitude), longitude: degrees(self.longitude) }
    }
}

/// The length of the great circle between two places, in kilometres: `2 r asin √h` with
/// `h = sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2)` (Sinnott, "Virtues of the Haversine", 1984).
///
/// With `libm`'s functions, which give the same bits on every machine.
fn distance_km(from: Coordinates, to: Coordinates) -> f64 {
    let half_sine = |a: f64, b: f64| libm::sin((b - a).to_radians() / 2.0);
    let latitudes = half_sine(from.latitude, to.latitude);
    let longitudes = half_sine(from.longitude, to.longitude);
    let cosines = libm::cos(from.latitude.to_radians()) * libm::cos(to.latitude.to_radians());
    let h = latitudes * latitudes + cosines * longitudes * longitudes;
    2.0 * EARTH_RADIUS_KM * libm::asin(h.clamp(0.0, 1.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, payment};
    use super::*;

    const MUNICH: &str = r#"{"lat":48.1374,"lon":11.5755}"#;
    const LONDON: &str = r#"{"lat":51.5074,"lon":-0.1278}"#;
    const SYDNEY: &str = r#"{"lat":-33.8688,"lon":151.2093}"#;
    const AUGSBURG: &str = r#"{"lat":48.3705,"lon":10.8978}"#;

    fn pay(
        detector: &mut ImpossibleTravel,
        minutes: i64,
        location: Option<&'static str>,
    ) -> Vec<super::super::Raised> {
        let paid = payment(Amount::from_units(1), "EUR");
        let time = EventTime::from_millis(1_767_571_200_000 + minutes * 60_000);
        alerts_of(detector, &Transaction { location, time, ..paid })
    }

    /// Whether the second payment is an alert.
    fn is_impossible(first: &'static str, second: &'static str, minutes: i64) -> bool {
        let mut detector = ImpossibleTravel::default();
        assert_eq!(pay(&mut detector, 0, Some(first)), []);
        !pay(&mut detector, minutes, Some(second)).is_empty()
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        let place = |json| Coordinates::of_location(json).unwrap();
        // Published distances between the cities: 918 km and 17,016 km (within half a percent).
        assert!((distance_km(place(MUNICH), place(LONDON)) - 918.0).abs() < 5.0);
        assert!((distance_km(place(LONDON), place(SYDNEY)) - 16_994.0).abs() < 85.0);
        // A quarter of a meridian, exactly.
        let pole = Coordinates { latitude: 90.0, longitude: 77.0 };
        let equator = Coordinates { latitude: 0.0, longitude: 77.0 };
        let quarter = EARTH_RADIUS_KM * std::f64::consts::FRAC_PI_2;
        assert!((distance_km(pole, equator) - quarter).abs() < 1e-6);
    }

    #[test]
    fn an_hour_from_munich_to_london_is_possible_and_half_of_it_is_not() {
        assert!(!is_impossible(MUNICH, LONDON, 60));
        assert!(is_impossible(MUNICH, LONDON, 30));
        assert!(is_impossible(MUNICH, LONDON, 0));
        assert!(is_impossible(MUNICH, LONDON, -30));
        assert!(!is_impossible(MUNICH, LONDON, -60));
    }

    #[test]
    fn what_is_near_may_be_at_once() {
        assert!(!is_impossible(MUNICH, AUGSBURG, 0));
    }

    #[test]
    fn payments_without_coordinates_are_passed_over() {
        let mut detector = ImpossibleTravel::default();
        pay(&mut detector, 0, Some(MUNICH));
        assert_eq!(pay(&mut detector, 5, None), []);
        assert_eq!(pay(&mut detector, 10, Some(r#""London""#)), []);
        let raised = pay(&mut detector, 60, Some(SYDNEY));
        assert_eq!(raised[0].severity, Severity::High);
        assert!(evidence(&raised[0]).ends_with("minutes=60 km_per_hour_limit=1000"));
    }

    #[test]
    fn a_time_a_century_ahead_hides_one_journey_and_no_more() {
        let mut detector = ImpossibleTravel::default();
        pay(&mut detector, 73 * 365 * 1_440, Some(MUNICH));
        assert_eq!(pay(&mut detector, 0, Some(LONDON)), []);
        assert_eq!(pay(&mut detector, 1, Some(SYDNEY)).len(), 1);
    }
}
