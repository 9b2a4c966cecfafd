//! The quality of the detectors on labelled data.
