//! What the tests are worth: faults put into the path on purpose, each of which a named test must
//! notice. The faults sit in the world around the code, where they do what a fault of the code would
//! do; the code itself is not changed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::breach::{Breach, with_breach};
use crate::{crashes, named, redrive};

/// Asserts that these tests pass, and fail with the breach.
fn noticed(breach: Breach, tests: &[(&str, fn())]) {
    for (name, test) in tests {
        test();
        let outcome = with_breach(breach, || catch_unwind(AssertUnwindSafe(test)));
        assert!(outcome.is_err(), "{name} does not notice {breach:?}");
    }
}

macro_rules! tests {
    ($($test:path),+ $(,)?) => { &[$((stringify!($test), $test as fn())),+] };
}

/// As if the version condition were dropped from the write.
#[test]
fn a_write_without_its_condition_is_noticed() {
    noticed(Breach::NoCondition, tests![named::i2_a_lost_race_is_read_again_and_applied_again]);
}

/// As if the outbox were cleared before it is delivered.
#[test]
fn an_outbox_cleared_before_delivery_is_noticed() {
    noticed(
        Breach::ClearedBeforeDelivery,
        tests![
            named::i3_an_outbox_found_on_reading_is_delivered_and_cleared,
            crashes::i1_i2_i3_whichever_write_fails_or_is_the_last_one_the_tables_come_out_the_same,
        ],
    );
}

/// As if features were put as other rows are, whatever stands in their place.
#[test]
fn features_that_take_the_place_of_newer_ones_are_noticed() {
    noticed(
        Breach::FeaturesOverwritten,
        tests![named::i2_a_zombie_does_not_put_old_features_in_the_place_of_newer_ones],
    );
}

/// As if the later records of a failed entity were forgotten.
#[test]
fn an_answer_without_the_later_records_is_noticed() {
    noticed(
        Breach::OnlyTheFirstIsReported,
        tests![
            named::i5_later_records_of_an_entity_that_failed_are_reported,
            redrive::i2_of_a_batch_that_was_done_in_part_only_the_rest_is_applied,
        ],
    );
}

/// As if watermarks were compared with `>=`.
#[test]
fn a_watermark_that_is_one_too_low_is_noticed() {
    noticed(
        Breach::WatermarkOneTooLow,
        tests![
            named::i2_a_write_whose_answer_was_lost_is_not_done_twice,
            named::i3_alerts_are_published_once_when_nothing_goes_wrong,
        ],
    );
}

/// As if everything up to the watermark counted as done.
#[test]
fn holes_that_are_forgotten_are_noticed() {
    noticed(
        Breach::NoHoles,
        tests![
            redrive::i1_a_batch_that_was_given_up_is_applied_when_it_comes_after_later_ones,
            redrive::i1_a_dead_record_that_was_mended_is_applied_although_later_ones_were,
        ],
    );
}

/// As if a partition called records done for everyone that are not.
#[test]
fn records_called_done_for_everyone_too_early_are_noticed() {
    noticed(
        Breach::SettledTooEarly,
        tests![redrive::i2_of_a_batch_that_was_done_in_part_only_the_rest_is_applied_though_others_went_on],
    );
}

/// As if nothing were known to be done for everyone, so that every batch without an entity is a hole.
#[test]
fn holes_that_nobody_closes_are_noticed() {
    noticed(
        Breach::NothingSettled,
        tests![redrive::i1_batches_between_that_were_done_are_no_holes_and_the_one_given_up_is],
    );
}
