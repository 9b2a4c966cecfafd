//! I1 and I2 where Lambda gives batches up and somebody sends them again.

use proptest::prelude::*;

use crate::compare::assert_each_counts_once;
use crate::lambda::{Mapping, PATIENT, Redelivery, block_on, deliver_as};
use crate::properties::{config, cut, fault, redelivery, stream};
use crate::stream::{Action, Keying, Record, keying, produce};
use crate::world::{Fault, SharedWorld};

/// What happens to a stream whose batches Lambda tries a few times only.
#[derive(Clone, Debug)]
struct Story {
    records: Vec<Record>,
    sizes: Vec<usize>,
    redelivery: Redelivery,
    attempts: usize,
    /// Of each delivery of the mapping, and of each of whoever sends batches again.
    faults: Vec<Vec<Fault>>,
    faults_of_redrive: Vec<Vec<Fault>>,
    /// After which batches somebody sends again what was given up until then.
    redrives_after: Vec<bool>,
    /// In which order, as places among what has not been sent again yet.
    order: Vec<prop::sample::Index>,
}

prop_compose! {
    fn story()(
        actions in stream(),
        keying in keying(),
        sizes in prop::collection::vec(1_usize..12, 1..5),
        redelivery in redelivery(),
        attempts in 1_usize..4,
        faults in prop::collection::vec(faults(), 0..30),
        faults_of_redrive in prop::collection::vec(faults(), 0..10),
        redrives_after in prop::collection::vec(prop::bool::weighted(0.2), 40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) -> Story {
        let records = produce(&actions, keying);
        Story {
            records, sizes, redelivery, attempts, faults, faults_of_redrive, redrives_after, order,
        }
    }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    prop::collection::vec(fault(), 0..20)
}

impl Story {
    /// Plays it, and sends everything that was given up again, twice.
    async fn play(&self) -> SharedWorld {
        let world = SharedWorld::default();
        let mut faults = self.faults.clone().into_iter();
        let mut faults_of_redrive = self.faults_of_redrive.clone().into_iter();
        let mut order = self.order.iter().cycle();
        let mapping =
            Mapping { redelivery: self.redelivery, attempts: self.attempts, redrive: None };
        let redriving = Mapping { redrive: Some("ask"), ..PATIENT };
        let (mut given_up, mut sent_again): (Vec<Vec<Record>>, Vec<Vec<Record>>) =
            Default::default();
        for (batch, redrives) in
            cut(&self.records, &self.sizes).into_iter().zip(self.redrives_after.iter().cycle())
        {
            given_up.extend(deliver_as(&world, batch, &mut faults, mapping).await);
            while *redrives && !given_up.is_empty() {
                let batch = given_up.remove(order.next().unwrap().index(given_up.len()));
                deliver_as(&world, &batch, &mut faults_of_redrive, redriving).await;
                sent_again.push(batch);
            }
        }
        given_up.append(&mut sent_again);
        for _ in 0..2 {
            let mut remaining = given_up.clone();
            while !remaining.is_empty() {
                let batch = remaining.remove(order.next().unwrap().index(remaining.len()));
                let left = deliver_as(&world, &batch, &mut faults_of_redrive, redriving).await;
                assert!(left.is_none(), "I4: a redriven batch was never done");
            }
        }
        world
    }
}

proptest! {
    #![proptest_config(config())]

    /// I1, I2: batches are given up and later ones go through; once what was given up has been sent
    /// again, in any order and twice, with crashes and faults at any write, everything counts once.
    #[test]
    fn what_was_given_up_and_redriven_counts_once(story in story()) {
        block_on(async {
            let world = story.play().await;
            assert_each_counts_once(&world, &story.records).await;
        });
    }

    /// I1, I2 where there are more holes than a state keeps: of what it can no longer tell, the
    /// dead-letter queue is told, and all else counts once.
    #[test]
    fn with_too_many_holes_everything_counts_once_or_is_a_letter(story in story_of_one_user()) {
        block_on(async {
            let world = story.play().await;
            assert_each_counts_once(&world, &story.records).await;
        });
    }
}

prop_compose! {
    /// Every other record is dead, so that a state has holes wherever it looks.
    fn story_of_one_user()(
        mut story in story(),
        poison in prop::collection::vec(any::<bool>(), 30..100),
    ) -> Story {
        let actions: Vec<Action> = poison
            .into_iter()
            .map(|poison| if poison { Action::Poison { user: 0 } } else { Action::Click { user: 0, after: 1_000 } })
            .collect();
        story.records = produce(&actions, Keying::ByEntity);
        story
    }
}
