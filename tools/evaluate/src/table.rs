//! Reads tables of comma-separated values.

use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};

use crate::EvaluateError;

/// A table in memory: the names of its columns, and its rows with the line each stands on.
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<(u64, StringRecord)>,
}

impl Table {
    /// Reads a file. Cells are separated by commas, or by semicolons if its first line has one.
    pub(crate) fn read(path: &Path) -> Result<Self, EvaluateError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| EvaluateError::Unreadable { path: path.to_owned(), source })?;
        let has_semicolons = text.lines().next().is_some_and(|head| head.contains(';'));
        let delimiter = if has_semicolons { b';' } else { b',' };
        let reader = ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        Self::of(reader).map_err(|source| EvaluateError::NotCsv { path: path.to_owned(), source })
    }

    fn of(mut reader: Reader<&[u8]>) -> Result<Self, csv::Error> {
        let columns = reader.headers()?.iter().map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for row in reader.into_records() {
            let row = row?;
            rows.push((row.position().map_or(0, csv::Position::line), row));
        }
        Ok(Self { columns, rows })
    }

    /// The place of the first column that has one of these names, in whatever case.
    pub(crate) fn place_of(&self, names: &[&str]) -> Option<usize> {
        let is_one = |column: &String| names.iter().any(|name| column.eq_ignore_ascii_case(name));
        self.columns.iter().position(is_one)
    }
}
