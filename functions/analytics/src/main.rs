//! The `analytics` Lambda function.

fn main() {}
