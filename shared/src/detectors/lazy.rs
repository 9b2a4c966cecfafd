use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value in a box, made when it is first needed: for what is large in memory, of detectors that are off or that most
/// entities give nothing to keep. Stored as the value itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Lazy<T>(Option<Box<T>>);

impl<T: Default> Lazy<T> {
    /// The value, to be changed.
    pub(super) fn get_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }

    /// What `look` finds in the value.
    pub(super) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        match &self.0 {
            Some(value) => look(value),
            None => look(&T::default()),
        }
    }
}

impl<T: Default + Serialize> Serialize for Lazy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.look(|value| value.serialize(serializer))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(Box::new(value))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stored_as_the_value_itself() {
        let mut lazy: Lazy<[u64; 3]> = Lazy::default();
        assert_eq!(postcard::to_stdvec(&lazy), postcard::to_stdvec(&[0_u64; 3]));
        lazy.get_mut()[1] = 300;
        let stored = postcard::to_stdvec(&[0_u64, 300, 0]).unwrap();
        assert_eq!(postcard::to_stdvec(&lazy).unwrap(), stored);
        let read: Lazy<[u64; 3]> = postcard::from_bytes(&stored).unwrap();
        assert_eq!(read.look(|value| *value), [0, 300, 0]);
    }

    #[test]
    fn what_nothing_was_put_into_takes_no_memory() {
        let allocations = allocation_counter::measure(|| {
            let lazy: Lazy<[u64; 30]> = Lazy::default();
            assert_eq!(lazy.look(|value| value[7]), 0);
        });
        assert_eq!(allocations.count_total, 0);
    }
}
