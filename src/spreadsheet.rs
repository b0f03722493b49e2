//! CSV for spreadsheets: names are written by strangers, so no cell becomes a formula.

/// Begins a file with a byte order mark, which Excel needs to read UTF-8.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// One line of CSV. A text that a spreadsheet would take for a formula begins with an apostrophe; a line with a semicolon or a
/// tab in it is quoted, because spreadsheets of many countries would divide there, and the rest could be a formula.
#[must_use]
pub(crate) fn row<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let cells: Vec<String> = (cells.into_iter())
        .map(|text| without_formula(text.as_ref()))
        .collect();
    let divides = |cell: &String| cell.contains([';', '\t']);
    let style = if cells.iter().any(divides) {
        csv::QuoteStyle::Always
    } else {
        csv::QuoteStyle::Necessary
    };
    let mut writer = csv::WriterBuilder::new()
        .quote_style(style)
        .from_writer(Vec::new());
    // Writing to memory does not fail, and a file of one line has no other number of cells.
    let written = writer.write_record(&cells);
    debug_assert!(written.is_ok());
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn without_formula(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    );
    if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn no_cell_is_evaluated_as_a_formula() {
        for (raw, written) in [
            ("=1+1", "'=1+1"),
            ("+62", "'+62"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(row([raw]), format!("{written}\n"), "{raw:?}");
        }
    }

    #[test]
    fn cells_are_quoted_where_a_spreadsheet_would_divide() {
        assert_eq!(row(["a", "b"]), "a,b\n");
        assert_eq!(row(["a, \"b\"", "c"]), "\"a, \"\"b\"\"\",c\n");
        assert_eq!(row(["a\nb", "c"]), "\"a\nb\",c\n");
        assert_eq!(row(["a;=1+1", "c"]), "\"a;=1+1\",\"c\"\n");
        assert_eq!(row(["a\t=1", "c"]), "\"a\t=1\",\"c\"\n");
    }
}
