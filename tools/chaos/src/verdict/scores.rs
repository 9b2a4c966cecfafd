//! What `fraud_score` says: it is made of what was read of merchants and calibrators, as of the read, and
//! fixed by the commit, so that no sequential pass tells it. What has to hold of it all the same: an
//! alert is of one payment of its user, and there is one of it, in the table as it was published.

use std::collections::HashSet;

use super::Verdict;
use super::alerts::Published;
use crate::input::{Input, payer};
use crate::site::Item;

/// The detector's name, and that of the score among a user's features.
const FRAUD_SCORE: &str = "fraud_score";
const NAME: &str = "alerts of fraud_score";

/// An alert of `fraud_score` as it stands in the table.
pub(super) type Score = Published;

/// Takes the score out of a row of features. A row that is nothing but a score is returned.
pub(super) fn take_out(item: &mut Item) -> Option<Score> {
    item.remove(FRAUD_SCORE);
    let is_score = item.get("detector")?.as_s().is_ok_and(|detector| detector == FRAUD_SCORE);
    is_score.then(|| Published::of_row(item))
}

/// Looks whether each is of a payment of its user, and no two of the same one.
pub(super) fn check(input: &Input, scores: &[Score], verdict: &mut Verdict) {
    let mut seen = HashSet::new();
    for score in scores {
        let what = || format!("alert {} of {}, offset {}", score.id, score.topic, score.offset);
        let record = input.record(&score.topic, score.partition, score.offset);
        let value = record.and_then(|record| record.value.as_deref());
        let payer = value.and_then(|value| payer(&score.topic, value));
        let is_of_its_user = payer.is_some_and(|payer| format!("user#{payer}") == score.entity);
        if is_of_its_user && seen.insert((&score.topic, score.partition, score.offset)) {
            verdict.found(NAME);
        } else {
            verdict.doubled_one(NAME, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_dynamodb::types::AttributeValue;
    use millrace_generator::KafkaRecord;

    use super::*;

    fn row(user: &str, offset: i64) -> Item {
        let texts = [("detector", FRAUD_SCORE), ("entity", user), ("topic", "transactions")];
        let texts = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())));
        let numbers = [("partition", 0), ("offset", offset)];
        let number =
            |(name, number): (&str, i64)| (name.to_owned(), AttributeValue::N(number.to_string()));
        texts.into_iter().chain(numbers.map(number)).collect()
    }

    #[test]
    fn an_alert_is_of_one_payment_of_its_user_and_there_is_one_of_it() {
        let topic: Arc<str> = "transactions".into();
        let mut input = Input::new([(&topic, 1)].into_iter());
        for value in [r#"{"userId":"anna","amount":5}"#, r#"{"userId":"bert","amount":5}"#] {
            let value = Some(value.as_bytes().to_vec());
            input.append(KafkaRecord { value, ..KafkaRecord::at("transactions", 0, 0) });
        }
        let problems = |rows: &[(&str, i64)]| {
            let score = |(user, offset): &(&str, i64)| take_out(&mut row(user, *offset)).unwrap();
            let scores: Vec<Score> = rows.iter().map(score).collect();
            let mut verdict = Verdict::default();
            check(&input, &scores, &mut verdict);
            verdict.doubled()
        };
        assert_eq!(problems(&[("user#anna", 0), ("user#bert", 1)]), 0);
        assert_eq!(problems(&[("user#anna", 0), ("user#anna", 0)]), 1, "two of one payment");
        assert_eq!(problems(&[("user#anna", 1)]), 1, "of somebody else's payment");
        assert_eq!(problems(&[("user#anna", 7)]), 1, "of no payment");
    }

    #[test]
    fn a_row_of_features_loses_its_score_and_other_alerts_stay() {
        let mut features = Item::new();
        features.insert(FRAUD_SCORE.to_owned(), AttributeValue::N("0.25".to_owned()));
        assert!(take_out(&mut features).is_none() && features.is_empty());
        let mut other = row("user#anna", 0);
        other.insert("detector".to_owned(), AttributeValue::S("velocity".to_owned()));
        assert!(take_out(&mut other).is_none() && other.len() == 5);
    }
}
