use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use millrace_lambda::request_error;
use millrace_shared::commit::Parcel;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::entity::EntityKey;
use millrace_shared::settings::Settings;
use millrace_shared::state::OutboxEntry;
use tracing::error;

use super::answers;
use super::exchange::{Exchange, REQUEST_BYTES};
use super::feature_rows::{FeatureRows, FeaturesOf};
use super::row::{Retentions, Row, Table};
use super::tables::ENTITY;
use super::value::{write_all, write_string};
use crate::config::{InFlight, TableNames};

/// Rows that one `BatchWriteItem` takes.
const ROWS: usize = 25;

/// The tables of alerts, sessions, windows and features.
pub struct Rows {
    client: Client,
    tables: TableNames,
    features: FeatureRows,
    retentions: Retentions,
    limits: Limits,
    retry: Retry,
}

/// A row's table, entity and sort key.
type RowKey<'a> = (Table, &'a str, &'a str);

impl Rows {
    /// The tables of these names.
    pub fn new(
        client: Client,
        tables: TableNames,
        settings: &Settings,
        in_flight: InFlight,
        retry: Retry,
    ) -> Self {
        let limits = Limits { entries: ROWS, bytes: REQUEST_BYTES, in_flight: in_flight.writes };
        let features = FeatureRows::new(
            client.clone(),
            &tables.features,
            settings.features_retention,
            in_flight,
        );
        Self { client, tables, features, retentions: Retentions::from(settings), limits, retry }
    }

    /// Puts a row for each parcel. One result per parcel, in order.
    pub async fn put(&self, parcels: &[Parcel<'_>], deadline: Deadline) -> Vec<Result<(), String>> {
        let features: Vec<FeaturesOf<'_>> = parcels.iter().filter_map(features_of).collect();
        if features.is_empty() {
            return self.put_rows(parcels, deadline).await;
        }
        let is_row = |parcel: &&Parcel<'_>| features_of(parcel).is_none();
        let others: Vec<Parcel<'_>> = parcels.iter().filter(is_row).copied().collect();
        let (of_features, of_others) = futures::join!(
            self.features.put(&features, &self.retry, deadline),
            self.put_rows(&others, deadline),
        );
        let (mut of_features, mut of_others) = (of_features.into_iter(), of_others.into_iter());
        let result = |parcel: &Parcel<'_>| {
            let results =
                if features_of(parcel).is_some() { &mut of_features } else { &mut of_others };
            results.next().unwrap_or_else(|| Err("nothing became of it".to_owned()))
        };
        parcels.iter().map(result).collect()
    }

    async fn put_rows(
        &self,
        parcels: &[Parcel<'_>],
        deadline: Deadline,
    ) -> Vec<Result<(), String>> {
        let rows: Vec<Row> =
            parcels.iter().filter_map(|parcel| Row::new(parcel, &self.retentions)).collect();
        let (places, row_of_parcel) = latest_of_each_key(parcels, &rows);
        let row = |place: usize| (parcels[places[place]].entity, &rows[places[place]]);

        let outcomes = send(
            places.len(),
            |place| row(place).1.item.len(),
            &self.limits,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                let of_request: Vec<(&EntityKey, &Row)> =
                    places.iter().map(|&place| row(place)).collect();
                self.write(&of_request).await
            },
        )
        .await;
        let results: Vec<Result<(), String>> = outcomes.into_iter().map(delivered).collect();
        row_of_parcel.into_iter().map(|place| results[place].clone()).collect()
    }

    /// The row that a parcel becomes: the table's name, and the item as JSON.
    pub fn row(&self, parcel: &Parcel<'_>) -> (&str, String) {
        match (Row::new(parcel, &self.retentions), features_of(parcel)) {
            (Some(row), _) => (self.name(row.table), row.item),
            (None, Some((entity, features))) => {
                (self.features.table(), self.features.row(entity, features))
            }
            (None, None) => unreachable!("what is no row is features"),
        }
    }

    /// One `BatchWriteItem`; what it leaves unprocessed is to be put again.
    async fn write(&self, rows: &[(&EntityKey, &Row)]) -> Result<Vec<Reply<()>>, RequestError> {
        let exchange = Exchange::new(self.request(rows));
        let request = self.client.batch_write_item().customize().interceptor(exchange.clone());
        let sent = request.send().await;
        sent.map_err(|error| request_error("BatchWriteItem", &self.resource(rows), &error))?;
        let answer = exchange.answer().await?;

        let mut replies = vec![Reply::Done(()); rows.len()];
        answers::read(&answer, |json| {
            answers::batch_write_item(json, |table, item| {
                let is_left = |(entity, row): &(&EntityKey, &Row)| {
                    let text = |name| item.text(name).ok();
                    self.name(row.table).as_bytes() == table
                        && text(ENTITY).is_some_and(|text| text == entity.as_str())
                        && text(row.table.sort_key()).is_some_and(|text| text == row.sort_key)
                };
                if let Some(place) = rows.iter().position(is_left) {
                    let table = self.name(rows[place].1.table);
                    replies[place] =
                        Reply::Again(format!("BatchWriteItem left a row of {table} unprocessed"));
                }
            })
        })?;
        Ok(replies)
    }

    fn request(&self, rows: &[(&EntityKey, &Row)]) -> String {
        let mut json = r#"{"RequestItems":{"#.to_owned();
        write_all(&mut json, tables(rows), |json, table| {
            write_string(json, self.name(table));
            json.push_str(":[");
            let of_table = rows.iter().filter(|(_, row)| row.table == table);
            write_all(json, of_table, |json, (_, row)| {
                json.push_str(r#"{"PutRequest":{"Item":"#);
                json.push_str(&row.item);
                json.push_str("}}");
            });
            json.push(']');
        });
        json.push_str("}}");
        json
    }

    fn resource(&self, rows: &[(&EntityKey, &Row)]) -> String {
        let mut names: Vec<&str> = tables(rows).map(|table| self.name(table)).collect();
        names.sort_unstable();
        format!("tables {}", names.join(", "))
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::Alerts => &self.tables.alerts,
            Table::Sessions => &self.tables.sessions,
            Table::Windows => &self.tables.windows,
        }
    }
}

/// The features in a parcel, if that is what it holds.
fn features_of<'a>(parcel: &Parcel<'a>) -> Option<FeaturesOf<'a>> {
    match parcel.entry {
        OutboxEntry::Features(features) => Some((parcel.entity, features)),
        _ => None,
    }
}

/// Which rows to put, and for each parcel which of those is its. One request takes no key twice; of
/// rows with the same key the last one stands for all.
fn latest_of_each_key(parcels: &[Parcel<'_>], rows: &[Row]) -> (Vec<usize>, Vec<usize>) {
    let mut place_of_key: HashMap<RowKey<'_>, usize> = HashMap::new();
    let mut places = Vec::new();
    let mut row_of_parcel = Vec::with_capacity(rows.len());
    for (at, (parcel, row)) in parcels.iter().zip(rows).enumerate() {
        let key = (row.table, parcel.entity.as_str(), row.sort_key.as_str());
        let place = *place_of_key.entry(key).or_insert_with(|| {
            places.push(at);
            places.len() - 1
        });
        places[place] = at;
        row_of_parcel.push(place);
    }
    (places, row_of_parcel)
}

/// The tables that these rows belong to, each once.
fn tables(rows: &[(&EntityKey, &Row)]) -> impl Iterator<Item = Table> {
    let is_among = |table: &Table| rows.iter().any(|(_, row)| row.table == *table);
    Table::ALL.into_iter().filter(is_among)
}

/// A row that no table takes is given up: it would stand in the way of its partition forever.
fn delivered(outcome: Outcome<()>) -> Result<(), String> {
    match outcome {
        Outcome::Done(()) => Ok(()),
        Outcome::Refused(reason) => {
            error!(reason, "a row was refused and is lost");
            Ok(())
        }
        Outcome::Unfinished(reason) => Err(reason),
    }
}
