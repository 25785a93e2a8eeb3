//! Tables for people.
//!
//! Invariant: a cell never breaks its line.

use super::text::clean;

/// Columns, as wide as they have to be; a column that is empty in every row is left out.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let widest = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
            if widest == 0 { 0 } else { widest.max(head.chars().count()) }
        })
        .collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).filter(|(_, width)| **width > 0).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(heads.iter().map(ToString::to_string).collect());
    let body = rows.iter().map(|row| line((0..heads.len()).map(|column| cell(row, column)).collect()));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be_and_empty_ones_are_left_out() {
        let rows = [vec!["a".to_owned(), String::new(), "1".to_owned()], vec!["longer".to_owned(), String::new(), "22".to_owned()]];
        assert_eq!(table(&["NAME", "NOTE", "CALLS"], &rows), "NAME    CALLS\na       1\nlonger  22");
        assert_eq!(table(&["NAME"], &[]), "");
        assert!(!table(&["A"], &[vec!["\x1b]0;x".to_owned()]]).contains('\x1b'));
    }
}
