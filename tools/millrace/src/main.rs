//! `millrace`: everything a developer runs on their own machine.

fn main() {}
