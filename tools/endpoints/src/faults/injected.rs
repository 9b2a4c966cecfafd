use std::collections::BTreeMap;

use crate::call::Service;

/// How often which fault hit which operation, whether on order or at random.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InjectedFaults(BTreeMap<(Service, String, &'static str), u64>);

impl InjectedFaults {
    pub(crate) fn add(&mut self, service: Service, operation: &str, kind: &'static str) {
        *self.0.entry((service, operation.to_owned(), kind)).or_default() += 1;
    }

    /// Service, operation, kind of fault (see [`crate::FaultKind::name`]), times.
    pub fn iter(&self) -> impl Iterator<Item = (Service, &str, &'static str, u64)> {
        self.0.iter().map(|((service, operation, kind), times)| {
            (*service, operation.as_str(), *kind, *times)
        })
    }

    /// The sums over all operations.
    pub fn by_kind(&self) -> BTreeMap<&'static str, u64> {
        let mut kinds = BTreeMap::new();
        for (_, _, kind, times) in self.iter() {
            *kinds.entry(kind).or_default() += times;
        }
        kinds
    }
}
