//! The templates against the code: what one says, the other does. In Rust alone, nothing deployed.
//!
//! The templates are read, their conditions resolved for a set of parameters as CloudFormation
//! would, and what comes out is compared with what the functions read, call, write and promise.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod crates;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod labels;
#[cfg(test)]
mod mappings;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod source;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod template;
