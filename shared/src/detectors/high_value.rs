use serde::{Deserialize, Serialize};

use super::{Alerts, Detector};
use crate::alerts::{Fact, Severity};
use crate::events::Transaction;
use crate::settings::Settings;
use crate::state::UserProfile;

/// `high_value`: an amount above a fixed limit, whatever its currency.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HighValue;

impl Detector for HighValue {
    const NAME: &'static str = "high_value";
    type Event<'value> = Transaction<'value>;
    type Profile = UserProfile;

    fn detect(
        &mut self,
        transaction: &Transaction<'_>,
        _: &UserProfile,
        settings: &Settings,
        alerts: &mut Alerts,
    ) {
        let (amount, limit) = (transaction.amount, settings.high_value_amount);
        if amount <= limit {
            return;
        }
        let currency = &transaction.currency;
        alerts.raise(
            Severity::High,
            format!("A payment of {amount} {currency} is above the limit of {limit}."),
            vec![
                Fact::new("amount", amount),
                Fact::new("currency", currency.as_ref()),
                Fact::new("limit", limit),
            ],
        );
    }
}
