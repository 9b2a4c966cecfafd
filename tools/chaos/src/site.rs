use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

use analytics::Config;
use millrace_endpoints::Endpoints;
use millrace_runtime_api::FunctionSpec;

use crate::ChaosError;

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Where it happens: endpoints with everything that the functions need in them, and the functions.
pub struct Site<'a> {
    /// The endpoints. Nothing has been written there yet.
    pub endpoints: &'a Endpoints,
    /// A client for them.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// `analytics`, with the variables that lead it to its tables, topic and queue.
    pub analytics: FunctionSpec,
    /// `relay`, with the variables that lead it to its stream, bucket and queue.
    pub relay: FunctionSpec,
}

impl Site<'_> {
    /// What `analytics` is told.
    pub(crate) fn config(&self) -> Result<Config, ChaosError> {
        Config::read(&|name| variable(&self.analytics, name))
            .map_err(|error| ChaosError::Configuration(error.to_string()))
    }

    /// The bucket that `relay`'s stream delivers to.
    pub(crate) fn archive_bucket(&self) -> Result<String, ChaosError> {
        let missing = || ChaosError::Configuration("relay has no ARCHIVE_BUCKET".to_owned());
        variable(&self.relay, "ARCHIVE_BUCKET").ok_or_else(missing)
    }

    /// Looks at every item of a table.
    pub(crate) async fn scan(
        &self,
        table: &str,
        mut look: impl FnMut(Item),
    ) -> Result<(), ChaosError> {
        let scan = self.dynamodb.scan().table_name(table).consistent_read(true);
        let mut pages = scan.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unreadable(table, &error))?;
            page.items.unwrap_or_default().into_iter().for_each(&mut look);
        }
        Ok(())
    }
}

fn unreadable<E, R>(table: &str, error: &SdkError<E, R>) -> ChaosError
where
    SdkError<E, R>: std::error::Error + 'static,
{
    let reason = DisplayErrorContext(error).to_string();
    ChaosError::Table { table: table.to_owned(), reason }
}

fn variable(spec: &FunctionSpec, name: &str) -> Option<String> {
    let found = spec.env.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone())
}
