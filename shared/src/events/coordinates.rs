//! Where on earth something happened, if its location says so in numbers.

use serde::{Deserialize, Serialize};

use super::members::{self, members};
use super::number::measured;

members! {
    /// The members of a location that hold coordinates.
    Members {
        latitude: "latitude" | "lat",
        longitude: "longitude" | "lon" | "lng" | "long",
        coordinates: "coordinates",
    }
}

/// A place on earth (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coordinates {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

impl Coordinates {
    /// Reads the coordinates of a location: an object with `latitude` or `lat`, and `longitude`,
    /// `lon`, `lng` or `long`, both numbers or texts that are, or one that holds such an object as its
    /// `coordinates`. None of any other location, or of numbers that are no place on earth.
    pub fn of_location(json: &str) -> Option<Self> {
        let members: Members<'_> = members::of_value(json).ok()?;
        match members.coordinates {
            Some(inner) if members.latitude.is_none() => {
                of_members(&members::of_value(inner.text()).ok()?)
            }
            _ => of_members(&members),
        }
    }
}

fn of_members(members: &Members<'_>) -> Option<Coordinates> {
    let latitude = members.latitude.and_then(measured)?;
    let longitude = members.longitude.and_then(measured)?;
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    is_on_earth.then_some(Coordinates { latitude, longitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_place_is_read() {
        let munich = Some(Coordinates { latitude: 48.14, longitude: 11.58 });
        for location in [
            r#"{"latitude":48.14,"longitude":11.58}"#,
            r#"{"lat":48.14,"lon":11.58}"#,
            r#"{"lng":"11.58","lat":"48.14","city":"Munich"}"#,
            r#"{"city":"Munich","coordinates":{"lat":48.14,"long":11.58}}"#,
        ] {
            assert_eq!(Coordinates::of_location(location), munich, "{location}");
        }
    }

    #[test]
    fn what_is_no_place_is_none() {
        for location in [
            r#""Munich""#,
            r#"{"city":"Munich"}"#,
            r#"{"lat":48.14}"#,
            r#"{"lat":91,"lon":0}"#,
            r#"{"lat":0,"lon":180.5}"#,
            r#"{"lat":1e400,"lon":0}"#,
            r#"{"lat":"NaN","lon":0}"#,
            r#"{"coordinates":[11.58,48.14]}"#,
            r#"{"coordinates":{"coordinates":{"lat":1,"lon":1}}}"#,
            r#"{"lat":1,"lon""#,
        ] {
            assert_eq!(Coordinates::of_location(location), None, "{location}");
        }
    }
}
