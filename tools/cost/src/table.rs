//! Tables in Markdown, aligned so that they read as they are.

use std::fmt::Write;

/// A table whose first columns are words, and whose others are numbers.
pub struct Table {
    words: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these headings, of which so many are of words.
    pub fn new<Heading: Into<String>>(
        words: usize,
        headings: impl IntoIterator<Item = Heading>,
    ) -> Self {
        Self { words, rows: vec![headings.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Appends it, with a blank line behind.
    pub fn write(&self, text: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                // Writing to a `String` cannot fail, here and below.
                let _ = if column < self.words {
                    write!(text, "| {cell:<width$} ")
                } else {
                    write!(text, "| {cell:>width$} ")
                };
            }
            text.push_str("|\n");
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let end = if column < self.words { "-" } else { ":" };
                    let _ = write!(text, "| {}{end} ", "-".repeat(width - 1));
                }
                text.push_str("|\n");
            }
        }
        text.push('\n');
    }
}

/// A whole number in groups of three digits.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = if number < 0.0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(1, ["what", "ms"]);
        table.row(["decode".to_owned(), "1,234".to_owned()]);
        table.row(["é".to_owned(), "–".to_owned()]);
        let mut text = String::new();
        table.write(&mut text);
        assert_eq!(
            text,
            "| what   |    ms |\n| ------ | ----: |\n| decode | 1,234 |\n| é      |     – |\n\n"
        );
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        let shown = [0.0, 999.6, 130_712.4, 1_234_567.0, -1_000.0].map(grouped);
        assert_eq!(shown, ["0", "1,000", "130,712", "1,234,567", "-1,000"]);
    }
}
