//! Numbers as people read them.

use millrace_cost::grouped;

use crate::figures::Figure;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_decimals_as_say_something() {
        let shown = [0.0, 0.4151, 8.06, 12.34, 130_712.4, 999.6].map(number);
        assert_eq!(shown, ["0", "0.42", "8.1", "12.3", "130,712", "1,000"]);
        assert_eq!(cell(&Figure::missing("no reason")), "–");
    }
}
