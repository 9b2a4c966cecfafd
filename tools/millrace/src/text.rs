//! Numbers and columns for people.

use std::fmt::Write;
use std::time::Duration;

use anstyle::Style;

/// Which side of its column a text stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows of columns that are as wide as their widest cell.
pub(crate) struct Columns {
    aligns: Vec<Align>,
    rows: Vec<Row>,
}

enum Row {
    Cells(Vec<(String, Style)>),
    /// A line of its own below a row.
    Note(String, Style),
}

impl Columns {
    pub(crate) fn new(aligns: &[Align]) -> Self {
        Self { aligns: aligns.to_vec(), rows: Vec::new() }
    }

    /// A column of names and so many columns of figures.
    pub(crate) fn of_figures(figures: usize) -> Self {
        let mut aligns = vec![Align::Left];
        aligns.resize(1 + figures, Align::Right);
        Self { aligns, rows: Vec::new() }
    }

    /// Adds a row in one style.
    pub(crate) fn row<const N: usize>(&mut self, style: Style, cells: [&str; N]) {
        let cells = cells.into_iter().map(|cell| (cell.to_owned(), style));
        self.rows.push(Row::Cells(cells.collect()));
    }

    /// Adds a row with a style for each cell.
    pub(crate) fn styled<const N: usize>(&mut self, cells: [(String, Style); N]) {
        self.rows.push(Row::Cells(cells.into()));
    }

    /// Adds a line below the last row, indented further.
    pub(crate) fn note(&mut self, words: &str, style: Style) {
        self.rows.push(Row::Note(words.to_owned(), style));
    }

    /// Appends the rows, indented, the columns two spaces apart.
    pub(crate) fn write(&self, text: &mut String) {
        let widths = self.widths();
        for row in &self.rows {
            // Writing to a `String` cannot fail, here and elsewhere.
            let _ = match row {
                Row::Cells(cells) => self.write_cells(text, cells, &widths),
                Row::Note(words, style) => write!(text, "    {style}{words}{style:#}"),
            };
            text.push('\n');
        }
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.aligns.len()];
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            for (width, (cell, _)) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }

    fn write_cells(
        &self,
        text: &mut String,
        cells: &[(String, Style)],
        widths: &[usize],
    ) -> std::fmt::Result {
        for (index, (cell, style)) in cells.iter().enumerate() {
            let padding = " ".repeat(widths[index] - cell.chars().count());
            let is_last = index + 1 == cells.len();
            if is_last && cell.is_empty() {
                continue;
            }
            match self.aligns[index] {
                Align::Left if is_last => write!(text, "  {style}{cell}{style:#}")?,
                Align::Left => write!(text, "  {style}{cell}{style:#}{padding}")?,
                Align::Right => write!(text, "  {padding}{style}{cell}{style:#}")?,
            }
        }
        Ok(())
    }
}

/// A whole number in groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `2 records`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number))
}

/// Seconds with one decimal.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// How many there are to each of the others.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³")]
pub(crate) fn per(number: u64, others: u64) -> f64 {
    if others == 0 { 0.0 } else { number as f64 / others as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let texts = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
        assert_eq!(counted(1, "batch"), "1 batch");
        assert_eq!(counted(1_000, "record"), "1,000 records");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_styles_take_no_room() {
        let mut columns = Columns::new(&[Align::Left, Align::Right, Align::Left]);
        columns.row(Style::new().bold(), ["name", "count", "note"]);
        columns.row(Style::new(), ["température", "7", "-"]);
        let mut text = String::new();
        columns.write(&mut text);
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "  name         count  note\n  température      7  -\n"
        );
        assert!(text.starts_with("  \u{1b}[1mname\u{1b}[0m "));
    }
}
