use super::Transaction;
use super::error::EventError;
use super::members::{self, members, required};
use super::number::{AN_AMOUNT, amount};
use super::text::{AN_IDENTIFIER, currency, identifier};
use super::time;
use crate::json::TextValue;
use crate::kafka::Timestamp;

members! {
    /// What a transaction may hold, in both dialects.
    Members {
        user_id: "userId" | "user_id",
        transaction_id: "transactionId" | "transaction_id",
        amount: "amount",
        currency: "currency",
        merchant: "merchant",
        merchant_id: "merchantId" | "merchant_id",
        terminal: "terminal",
        terminal_id: "terminalId" | "terminal_id",
        location: "location",
        timestamp: "timestamp",
    }
}

/// Reads a transaction. Of the members that name a merchant the first that is there counts.
pub(super) fn parse(
    json: &str,
    record_time: Option<Timestamp>,
) -> Result<Transaction<'_>, EventError> {
    let members: Members<'_> = members::of_value(json)?;
    let merchant = members.merchant.or(members.merchant_id);
    let terminal = members.terminal.or(members.terminal_id);
    Ok(Transaction {
        user_id: required("user_id", AN_IDENTIFIER, members.user_id, identifier)?,
        transaction_id: members.transaction_id.and_then(identifier),
        amount: required("amount", AN_AMOUNT, members.amount, amount)?,
        currency: currency(members.currency),
        merchant: merchant.or(terminal).and_then(identifier),
        location: members.location.map(TextValue::text),
        time: time::of_event(members.timestamp, record_time)?,
    })
}
