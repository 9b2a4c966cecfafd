//! The `analytics` Lambda function.
