use super::TransactionLabel;
use super::error::EventError;
use super::flag::{A_FLAG, flag};
use super::members::{self, members, required};
use super::text::{AN_IDENTIFIER, identifier};
use super::time;
use crate::kafka::Timestamp;

members! {
    /// What a label may hold, in both dialects.
    Members {
        transaction_id: "transactionId" | "transaction_id",
        user_id: "userId" | "user_id",
        merchant: "merchant",
        merchant_id: "merchantId" | "merchant_id",
        terminal: "terminal",
        terminal_id: "terminalId" | "terminal_id",
        fraud: "fraud" | "isFraud" | "is_fraud",
        timestamp: "timestamp",
    }
}

/// Reads a label. Of the members that name a merchant the first that is there counts, as in a transaction.
pub(super) fn parse(
    json: &str,
    record_time: Option<Timestamp>,
) -> Result<TransactionLabel<'_>, EventError> {
    let members: Members<'_> = members::of_value(json)?;
    let merchant = members.merchant.or(members.merchant_id);
    let terminal = members.terminal.or(members.terminal_id);
    Ok(TransactionLabel {
        transaction_id: required(
            "transaction_id",
            AN_IDENTIFIER,
            members.transaction_id,
            identifier,
        )?,
        user_id: required("user_id", AN_IDENTIFIER, members.user_id, identifier)?,
        merchant: merchant.or(terminal).and_then(identifier),
        is_fraud: required("fraud", A_FLAG, members.fraud, flag)?,
        time: time::of_event(members.timestamp, record_time)?,
    })
}
