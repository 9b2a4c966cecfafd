//! What was counted before.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Counts per record, by what was counted.
pub(crate) type Counts = BTreeMap<String, f64>;

/// The variable that has the baselines renewed instead of compared with.
const RENEW: &str = "MILLRACE_RENEW_BASELINES";

/// The profiles differ in what the compiler makes of the code.
const PROFILE: &str = if cfg!(debug_assertions) { "dev" } else { "release" };

/// Compares counts with those of a file in `bench/baselines/`, or renews the file.
///
/// `tolerance` is a share of the baseline, and at least a thousandth of a count.
pub(crate) fn hold(file: &str, counts: &Counts, tolerance: f64) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../baselines").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut profiles: BTreeMap<String, Counts> = serde_json::from_str(&text).unwrap();
    if std::env::var_os(RENEW).is_some() {
        profiles.insert(PROFILE.to_owned(), counts.clone());
        let text = serde_json::to_string_pretty(&profiles).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
        return;
    }
    let before = profiles.get(PROFILE).unwrap_or_else(|| panic!("{file} has no {PROFILE}"));
    let names = |counts: &Counts| counts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(counts), names(before), "renew {file} with {RENEW}=1");
    let mut worse = Vec::new();
    for (name, count) in counts {
        let allowed = (before[name] * tolerance).max(0.001);
        println!("{file}: {PROFILE}: {name}: {count:.3}, was {:.3}", before[name]);
        if *count > before[name] + allowed {
            worse.push(format!("{name}: {count:.3} a record, was {:.3}", before[name]));
        } else if *count < before[name] - allowed {
            println!("  better than before: renew {file} with {RENEW}=1, so that it stays so");
        }
    }
    assert!(
        worse.is_empty(),
        "worse than {file} allows: {worse:#?}; where it is worth it, renew the file with {RENEW}=1"
    );
}
