//! Against a broker: an embedded one for each test, or any other at `MILLRACE_TEST_BROKER`.

#[cfg(test)]
mod cluster;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod lag;
#[cfg(test)]
mod loss;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod positions;
#[cfg(test)]
mod records;
#[cfg(test)]
mod refusals;
