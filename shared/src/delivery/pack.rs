/// What one request of a sink may hold, and how many may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries a request, at most; not zero.
    pub entries: usize,
    /// Bytes a request, at most, counted as the caller's size function does.
    pub bytes: usize,
    /// Requests under way at a time; not zero.
    pub in_flight: usize,
}

/// Cuts a list of places into requests, in order, each as full as the limits allow.
///
/// A place whose size alone passes the limit must not be in the list.
pub(super) fn pack(
    places: &[usize],
    size: impl Fn(usize) -> usize,
    limits: &Limits,
) -> Vec<Vec<usize>> {
    let mut requests: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0_usize;
    for &place in places {
        let size = size(place);
        match requests.last_mut() {
            Some(request)
                if request.len() < limits.entries && bytes.saturating_add(size) <= limits.bytes =>
            {
                request.push(place);
                bytes += size;
            }
            _ => {
                requests.push(vec![place]);
                bytes = size;
            }
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits { entries: 3, bytes: 10, in_flight: 1 };

    fn packed(sizes: &[usize]) -> Vec<Vec<usize>> {
        let places: Vec<usize> = (0..sizes.len()).collect();
        pack(&places, |place| sizes[place], &LIMITS)
    }

    #[test]
    fn a_request_ends_at_its_count_or_at_its_bytes() {
        assert_eq!(packed(&[1, 1, 1, 1]), [vec![0, 1, 2], vec![3]]);
        assert_eq!(packed(&[5, 5, 1, 10]), [vec![0, 1], vec![2], vec![3]]);
        assert_eq!(packed(&[]), Vec::<Vec<usize>>::new());
    }

    proptest! {
        #[test]
        fn no_request_passes_a_limit_and_the_order_stays(sizes in prop::collection::vec(0_usize..=10, 0..60)) {
            let requests = packed(&sizes);
            for request in &requests {
                prop_assert!(request.len() <= LIMITS.entries && !request.is_empty());
                prop_assert!(request.iter().map(|&place| sizes[place]).sum::<usize>() <= LIMITS.bytes);
            }
            prop_assert_eq!(requests.concat(), (0..sizes.len()).collect::<Vec<_>>());
        }
    }
}
