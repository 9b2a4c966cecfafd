//! Putting the tables into a document between its marks.

use std::path::Path;

use crate::error::BenchError;

/// Replaces what stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->` in a file.
pub fn replace(path: &Path, name: &str, text: &str) -> Result<(), BenchError> {
    let document = std::fs::read_to_string(path).map_err(BenchError::file(path))?;
    let replaced = replaced(&document, name, text).ok_or_else(|| {
        let missing = format!("it has no `<!-- {name}: begin -->` and `<!-- {name}: end -->`");
        BenchError::file(path)(std::io::Error::other(missing))
    })?;
    std::fs::write(path, replaced).map_err(BenchError::file(path))
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let document = "a\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nz\n";
        let expected = "a\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\nz\n";
        assert_eq!(replaced(document, "bench", "\nnew\n").as_deref(), Some(expected));
        assert_eq!(replaced(expected, "bench", "new").as_deref(), Some(expected));
        assert_eq!(replaced("nothing", "bench", "new"), None);
    }
}
