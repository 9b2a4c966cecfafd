//! What is compared, whoever hands the records over.

use std::sync::Arc;

use analytics::Config;
use millrace_event_source_mapping::EventSource;
use millrace_generator::KafkaRecord;

use crate::input::{Input, Sums};
use crate::journal::Journal;
use crate::oracle::Oracle;
use crate::verdict::Verdict;
use crate::{ChaosError, Site};

/// Sees what is produced and what the functions write, and says in the end whether that is what has
/// to stand there.
///
/// Whoever reads the records and invokes the functions, how often and in which batches, is not its
/// concern: [`run`](crate::run()) does it from memory and under faults, a test may do it through Kafka.
pub struct Witness {
    config: Config,
    journal: Arc<Journal>,
    input: Input,
}

impl Witness {
    /// Watches from now on, before the first invocation. Each topic comes with its partitions.
    ///
    /// # Errors
    /// When the functions would refuse what the site tells them.
    pub fn new<'a>(
        site: &Site<'_>,
        topics: impl Iterator<Item = (&'a Arc<str>, u32)>,
    ) -> Result<Self, ChaosError> {
        let config = site.config()?;
        let journal = Journal::of(&config.tables.state);
        site.endpoints.observe_dynamodb(journal.observer());
        Ok(Self { config, journal, input: Input::new(topics) })
    }

    /// A record is produced behind those of its partition: with the offset that it gets, which is 0
    /// for the first one.
    pub fn append(&mut self, record: KafkaRecord) -> KafkaRecord {
        self.input.append(record)
    }

    /// How many records were produced.
    pub fn produced(&self) -> u64 {
        self.input.len()
    }

    /// Compares everything, when all is done. The source is what events say that they come from.
    ///
    /// # Errors
    /// When it cannot be looked at. What is lost or doubled is no error but in the verdict.
    pub async fn verdict(
        self,
        site: &Site<'_>,
        source: EventSource,
    ) -> Result<Verdict, ChaosError> {
        let sums = Sums::of(&self.input);
        let input = Arc::new(self.input);
        let expected = {
            let (input, journal, config) = (Arc::clone(&input), self.journal, self.config);
            let oracle = Oracle::new(config, source);
            tokio::task::spawn_blocking(move || oracle.expect(&input, &journal))
        };
        let expected = match expected.await {
            Ok(expected) => expected,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        Verdict::reach(site, &input, &sums, &expected).await
    }
}
