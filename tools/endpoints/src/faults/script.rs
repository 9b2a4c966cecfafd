//! The faults still to come, in the order in which they were ordered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsim_core::AwsError;

use super::{Entries, EntryError, Fault, FaultError, FaultKind, errors, partial};
use crate::call::Service;

/// What is to happen to one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) latency: Duration,
    pub(crate) action: Option<Action>,
}

impl Plan {
    fn fail(&mut self, error: AwsError) {
        self.action = Some(Action::Fail(error));
    }
}

#[derive(Debug)]
pub(crate) enum Action {
    Fail(AwsError),
    DropBefore,
    DropAfter,
    FailEntries(Entries, EntryError),
}

#[derive(Debug, Default)]
pub(crate) struct Script {
    faults: Mutex<Vec<Fault>>,
}

impl Script {
    pub(crate) fn add(&self, fault: Fault) -> Result<(), FaultError> {
        if let (FaultKind::Partial { .. }, Some(operation)) = (&fault.kind, &fault.operation)
            && !partial::is_batch(operation)
        {
            let (service, operation) = (fault.service, operation.clone());
            return Err(FaultError::NoEntries { service, operation });
        }
        self.lock().push(fault);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Faults that have not hit as often as they should.
    pub(crate) fn pending(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Takes what hits this request: any latencies, and the first other fault.
    pub(crate) fn plan(&self, service: Service, operation: &str) -> Plan {
        let mut plan = Plan::default();
        let mut faults = self.lock();
        for fault in faults.iter_mut().filter(|fault| matches(fault, service, operation)) {
            let is_latency = matches!(fault.kind, FaultKind::Latency(_));
            if plan.action.is_some() && !is_latency {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times -= 1;
            match &fault.kind {
                FaultKind::Latency(latency) => plan.latency += *latency,
                FaultKind::Throttle => plan.fail(errors::throttled(service)),
                FaultKind::AccessDenied => plan.fail(errors::access_denied(service, operation)),
                FaultKind::ServerError => plan.fail(errors::server_error(service)),
                FaultKind::Unavailable => plan.fail(errors::unavailable(service)),
                FaultKind::DropBefore => plan.action = Some(Action::DropBefore),
                FaultKind::DropAfter => plan.action = Some(Action::DropAfter),
                FaultKind::Partial { entries, error } => {
                    let error = error.clone().unwrap_or_else(|| errors::throttled_entry(service));
                    plan.action = Some(Action::FailEntries(entries.clone(), error));
                }
            }
        }
        faults.retain(|fault| fault.times > 0);
        plan
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn matches(fault: &Fault, service: Service, operation: &str) -> bool {
    let is_operation = match &fault.operation {
        Some(name) => name == operation,
        None => !matches!(fault.kind, FaultKind::Partial { .. }) || partial::is_batch(operation),
    };
    fault.service == service && is_operation && fault.times > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hit(script: &Script, operation: &str) -> bool {
        script.plan(Service::Sns, operation).action.is_some()
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

        let first = script.plan(Service::Sns, "Publish");
        assert_eq!(first.latency, Duration::from_millis(7));
        assert!(matches!(first.action, Some(Action::Fail(_))));
        let second = script.plan(Service::Sns, "Publish");
        assert_eq!(second.latency, Duration::ZERO);
        assert!(matches!(second.action, Some(Action::DropAfter)));
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
