use millrace_shared::time::EventTime;

/// What one sensor measured, in order.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) measures: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// What it measured at one time: a value for each measure, none where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) time: EventTime,
    pub(crate) values: Vec<Option<f64>>,
}
