//! A small population, through the commit path.

use millrace_evaluate::transactions::{Lengths, SimulatorSettings, evaluate};

#[tokio::test]
async fn every_payment_and_label_goes_through_and_detectors_are_judged() {
    for lengths in [Lengths::Fixed, Lengths::Random] {
        let settings = SimulatorSettings {
            customers: 300,
            terminals: 600,
            days: 40,
            lengths,
            ..SimulatorSettings::default()
        };
        let report = evaluate(&settings).await.unwrap();
        assert!(report.labels < report.payments && report.labels > report.payments / 2);
        assert!(report.judged > 1_000 && report.frauds > 5, "{report:?}");
        // No payment of this population is above 10,000, so all scores are the same.
        let high_value = &report.detectors["high_value"];
        assert_eq!(high_value.alerts, 0);
        assert!((high_value.auc - 0.5).abs() < 1e-12);
        // What is five times a card's usual amount is unusual; in the week of the fixed lengths there
        // happens to be none that is not known already.
        let unusual = &report.detectors["unusual_amount"];
        if lengths == Lengths::Random {
            assert!(unusual.auc > 0.5 && unusual.recall > 0.0, "{unusual:?}");
        }
    }
}
