use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use millrace_lambda::request_error;
use millrace_shared::commit::Parcel;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::settings::Settings;
use tracing::error;

use super::attribute::Item;
use super::row::{Retentions, Row, Table};
use super::statements::value_size;
use super::tables::ENTITY;
use crate::config::{InFlight, TableNames};

/// Rows that one `BatchWriteItem` takes.
const ROWS: usize = 25;
/// Bytes of one request, below the 16 MB that `DynamoDB` takes.
const BYTES: usize = 4 * 1024 * 1024;

/// The tables of alerts, sessions and windows.
pub struct Rows {
    client: Client,
    tables: TableNames,
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
        let limits = Limits { entries: ROWS, bytes: BYTES, in_flight: in_flight.writes };
        Self { client, tables, retentions: Retentions::from(settings), limits, retry }
    }

    /// Puts a row for each parcel. One result per parcel, in order.
    pub async fn put(&self, parcels: &[Parcel<'_>], deadline: Deadline) -> Vec<Result<(), String>> {
        let rows: Vec<Row> =
            parcels.iter().map(|parcel| Row::new(parcel, &self.retentions)).collect();
        let (places, row_of_parcel) = latest_of_each_key(parcels, &rows);
        let row = |place: usize| &rows[places[place]];

        let size = |place: usize| row(place).item.iter().map(member_size).sum();
        let outcomes = send(
            places.len(),
            size,
            &self.limits,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                self.write(places.iter().map(|&place| row(place)).collect()).await
            },
        )
        .await;
        let results: Vec<Result<(), String>> = outcomes.into_iter().map(delivered).collect();
        row_of_parcel.into_iter().map(|place| results[place].clone()).collect()
    }

    /// One `BatchWriteItem`; what it leaves unprocessed is to be put again.
    async fn write(&self, rows: Vec<&Row>) -> Result<Vec<Reply<()>>, RequestError> {
        let mut requests: HashMap<String, Vec<WriteRequest>> = HashMap::new();
        for row in &rows {
            let put = PutRequest::builder().set_item(Some(row.item.clone())).build();
            let put = put.map_err(|error| {
                RequestError::Broken(format!("a request could not be made: {error}"))
            })?;
            let request = WriteRequest::builder().put_request(put).build();
            requests.entry(self.name(row.table).to_owned()).or_default().push(request);
        }
        let mut names: Vec<&str> = requests.keys().map(String::as_str).collect();
        names.sort_unstable();
        let resource = format!("tables {}", names.join(", "));
        let sent = self.client.batch_write_item().set_request_items(Some(requests)).send().await;
        let answer = sent.map_err(|error| request_error("BatchWriteItem", &resource, &error))?;

        let left = answer.unprocessed_items.unwrap_or_default();
        let is_left = |row: &Row| {
            let requests = left.get(self.name(row.table)).map(Vec::as_slice).unwrap_or_default();
            let items = requests.iter().filter_map(|one| one.put_request()).map(PutRequest::item);
            items.into_iter().any(|item| has_key_of(item, row))
        };
        let reply = |row: &Row| {
            if is_left(row) {
                let table = self.name(row.table);
                return Reply::Again(format!("BatchWriteItem left a row of {table} unprocessed"));
            }
            Reply::Done(())
        };
        Ok(rows.into_iter().map(reply).collect())
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::Alerts => &self.tables.alerts,
            Table::Sessions => &self.tables.sessions,
            Table::Windows => &self.tables.windows,
        }
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

fn has_key_of(item: &Item, row: &Row) -> bool {
    [ENTITY, row.table.sort_key()].into_iter().all(|name| item.get(name) == row.item.get(name))
}

fn member_size((name, value): (&String, &AttributeValue)) -> usize {
    name.len() + value_size(value)
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
