//! Writing HTML: everything that is not marked as raw is escaped.

/// A page as it grows.
pub(super) struct Html(String);

impl Html {
    pub(super) fn new() -> Self {
        Self(String::with_capacity(256 * 1024))
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Text, in an element or an attribute between double quotes.
    pub(super) fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// Paragraphs separated by empty lines; text between backticks becomes code.
    pub(super) fn prose(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|text| !text.is_empty()) {
            self.raw("<p>");
            for (at, piece) in paragraph.split('`').enumerate() {
                let code = at % 2 == 1;
                self.raw(if code { "<code>" } else { "" });
                self.text(piece);
                self.raw(if code { "</code>" } else { "" });
            }
            self.raw("</p>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_prose_has_paragraphs_and_code() {
        let mut html = Html::new();
        html.raw("<a title=\"");
        html.text("\"'<&>");
        html.raw("\">");
        html.prose("one `<b>` two\n\nthree");
        assert_eq!(
            html.into_string(),
            "<a title=\"&quot;&#39;&lt;&amp;&gt;\"><p>one <code>&lt;b&gt;</code> two</p><p>three</p>"
        );
    }
}
