//! The functions under faults, compared with an oracle.
