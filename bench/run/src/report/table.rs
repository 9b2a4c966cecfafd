//! Tables in Markdown, aligned so that they read as they are.

use std::fmt::Write;

use crate::figures::Figure;

/// A table whose first columns are words, and whose others are numbers.
pub(super) struct Table {
    words: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these headings, of which so many are of words.
    pub(super) fn new(words: usize, headings: &[&str]) -> Self {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Self { words, rows: vec![headings] }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Appends it, with a blank line behind.
    pub(super) fn write(&self, text: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(4)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let width = widths.get(column).copied().unwrap_or(0);
                // Writing to a `String` cannot fail.
                let _ = if column < self.words {
                    write!(text, "| {cell:<width$} ")
                } else {
                    write!(text, "| {cell:>width$} ")
                };
            }
            text.push_str("|\n");
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let dashes = "-".repeat(width - 1);
                    let line = if column < self.words {
                        format!("-{dashes}")
                    } else {
                        format!("{dashes}:")
                    };
                    let _ = write!(text, "| {line} ");
                }
                text.push_str("|\n");
            }
        }
        text.push('\n');
    }
}

/// A number with as many decimals as say something; `–` where it was not measured.
pub(super) fn cell(figure: &Figure) -> String {
    figure.number().map_or_else(|| "–".to_owned(), number)
}

/// A number with as many decimals as say something.
pub(super) fn number(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    match number.abs() {
        size if size < 1.0 => format!("{number:.2}"),
        size if size < 100.0 => format!("{number:.1}"),
        _ => grouped(number),
    }
}

/// A whole number in groups of three digits.
fn grouped(number: f64) -> String {
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
    fn numbers_have_as_many_decimals_as_say_something() {
        let shown = [0.0, 0.4151, 8.06, 12.34, 130_712.4, 999.6].map(number);
        assert_eq!(shown, ["0", "0.42", "8.1", "12.3", "130,712", "1,000"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(1, &["what", "ms"]);
        table.row(["decode".to_owned(), cell(&Figure::Number(1_234.0))]);
        table.row(["é".to_owned(), cell(&Figure::missing("no reason"))]);
        let mut text = String::new();
        table.write(&mut text);
        assert_eq!(
            text,
            "| what   |    ms |\n| ------ | ----: |\n| decode | 1,234 |\n| é      |     – |\n\n"
        );
    }
}
