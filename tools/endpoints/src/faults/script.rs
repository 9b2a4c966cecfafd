//! The faults still to come: those on order, in the order in which they were ordered, and those at
//! random, which hit what no order does.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsim_core::AwsError;

use super::injected::InjectedFaults;
use super::{Drawn, Entries, EntryError, Fault, FaultError, FaultKind, RandomFaults, errors};
use crate::call::Service;

/// What is to happen to one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) latency: Duration,
    pub(crate) action: Option<Action>,
}

#[derive(Debug)]
pub(crate) enum Action {
    Fail(AwsError),
    DropBefore,
    DropAfter,
    CutShort,
    HangBefore,
    HangAfter,
    Late(Duration),
    FailEntries(Entries, EntryError),
}

#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Faults>);

#[derive(Debug, Default)]
struct Faults {
    ordered: Vec<Fault>,
    random: Option<Drawn>,
    injected: InjectedFaults,
}

impl Script {
    pub(crate) fn add(&self, fault: Fault) -> Result<(), FaultError> {
        if let Some(operation) = &fault.operation
            && !fault.kind.fits(operation)
        {
            let (service, operation) = (fault.service, operation.clone());
            return Err(FaultError::NoEntries { service, operation });
        }
        self.lock().ordered.push(fault);
        Ok(())
    }

    /// From now on faults hit at random, too; those of before no longer do.
    pub(crate) fn draw_from(&self, faults: RandomFaults) {
        self.lock().random = Some(Drawn::new(faults));
    }

    pub(crate) fn clear(&self) {
        let mut faults = self.lock();
        faults.ordered.clear();
        faults.random = None;
    }

    /// Faults that have not hit as often as they should.
    pub(crate) fn pending(&self) -> Vec<Fault> {
        self.lock().ordered.clone()
    }

    /// What has hit so far.
    pub(crate) fn injected(&self) -> InjectedFaults {
        self.lock().injected.clone()
    }

    /// Takes what hits this request: of those on order any latencies and the first other fault, or
    /// else what is drawn for it.
    pub(crate) fn plan(&self, service: Service, operation: &str, entries: u64) -> Plan {
        let mut plan = Plan::default();
        let mut faults = self.lock();
        let Faults { ordered, random, injected } = &mut *faults;
        for fault in ordered.iter_mut().filter(|fault| matches(fault, service, operation)) {
            let is_latency = matches!(fault.kind, FaultKind::Latency(_));
            if plan.action.is_some() && !is_latency {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times -= 1;
            injected.add(service, operation, fault.kind.name());
            plan.take(&fault.kind, service, operation);
        }
        ordered.retain(|fault| fault.times > 0);
        let drawn = random.as_mut().and_then(|drawn| drawn.next(service, operation, entries));
        if let (Some(kind), None) = (drawn, &plan.action) {
            injected.add(service, operation, kind.name());
            plan.take(&kind, service, operation);
        }
        plan
    }

    fn lock(&self) -> MutexGuard<'_, Faults> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn take(&mut self, kind: &FaultKind, service: Service, operation: &str) {
        let action = match kind {
            FaultKind::Latency(latency) => {
                self.latency += *latency;
                return;
            }
            FaultKind::Throttle => Action::Fail(errors::throttled(service)),
            FaultKind::AccessDenied => Action::Fail(errors::access_denied(service, operation)),
            FaultKind::ServerError => Action::Fail(errors::server_error(service)),
            FaultKind::Unavailable => Action::Fail(errors::unavailable(service)),
            FaultKind::DropBefore => Action::DropBefore,
            FaultKind::DropAfter => Action::DropAfter,
            FaultKind::CutShort => Action::CutShort,
            FaultKind::HangBefore => Action::HangBefore,
            FaultKind::HangAfter => Action::HangAfter,
            FaultKind::Late(delay) => Action::Late(*delay),
            FaultKind::Conflict(entries) => {
                Action::FailEntries(entries.clone(), errors::conflict())
            }
            FaultKind::Partial { entries, error } => {
                let error = error.clone().unwrap_or_else(|| errors::throttled_entry(service));
                Action::FailEntries(entries.clone(), error)
            }
        };
        self.action = Some(action);
    }
}

fn matches(fault: &Fault, service: Service, operation: &str) -> bool {
    let is_operation = match &fault.operation {
        Some(name) => name == operation,
        None => fault.kind.fits(operation),
    };
    fault.service == service && is_operation && fault.times > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hit(script: &Script, operation: &str) -> bool {
        script.plan(Service::Sns, operation, 1).action.is_some()
    }

    #[test]
    fn a_fault_lets_pass_then_hits_then_is_over() {
        let script = Script::default();
        let fault = Fault::new(Service::Sns, "Publish", FaultKind::Throttle).after(1).times(2);
        script.add(fault).unwrap();

        assert!(!is_hit(&script, "PublishBatch"));
        let hits: Vec<bool> = (0..4).map(|_| is_hit(&script, "Publish")).collect();
        assert_eq!(hits, [false, true, true, false]);
        assert!(script.pending().is_empty());
    }

    #[test]
    fn one_request_waits_and_fails_but_fails_only_once() {
        let script = Script::default();
        let latency = FaultKind::Latency(Duration::from_millis(7));
        script.add(Fault::of_service(Service::Sns, FaultKind::ServerError)).unwrap();
        script.add(Fault::of_service(Service::Sns, FaultKind::DropAfter)).unwrap();
        script.add(Fault::of_service(Service::Sns, latency)).unwrap();

        let first = script.plan(Service::Sns, "Publish", 0);
        assert_eq!(first.latency, Duration::from_millis(7));
        assert!(matches!(first.action, Some(Action::Fail(_))));
        let second = script.plan(Service::Sns, "Publish", 0);
        assert_eq!(second.latency, Duration::ZERO);
        assert!(matches!(second.action, Some(Action::DropAfter)));
    }

    #[test]
    fn a_fault_on_order_comes_before_one_at_random_and_all_are_counted() {
        let script = Script::default();
        let rates = super::super::FaultRates { unavailable: 1.0, ..Default::default() };
        let (longest_latency, longest_delay) = (Duration::ZERO, Duration::ZERO);
        script.draw_from(RandomFaults { seed: 1, rates, longest_latency, longest_delay });
        script.add(Fault::of_service(Service::Sns, FaultKind::DropAfter)).unwrap();
        let first = script.plan(Service::Sns, "Publish", 0);
        assert!(matches!(first.action, Some(Action::DropAfter)));
        assert!(is_hit(&script, "Publish") && is_hit(&script, "CreateTopic"));
        script.clear();
        assert!(!is_hit(&script, "Publish"));
        let injected = script.injected();
        let expected = [("drop_after", 1), ("unavailable", 2)].into();
        assert_eq!(injected.by_kind(), expected);
        assert_eq!(injected.iter().count(), 3);
    }

    #[test]
    fn partial_faults_want_entries() {
        let script = Script::default();
        let fault = Fault::new(Service::Sns, "Publish", FaultKind::first_entries(1));
        assert!(matches!(script.add(fault), Err(FaultError::NoEntries { .. })));
        script.add(Fault::of_service(Service::Sns, FaultKind::first_entries(1))).unwrap();
        assert!(!is_hit(&script, "Publish"));
        assert!(is_hit(&script, "PublishBatch"));
    }
}
