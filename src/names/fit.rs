//! Shortening a name in the middle: names of one organization often differ only at their ends.

use crate::text::{MORE, width};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A name as it is shown in a limited width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fitted {
    pub shown: String,
    /// The omitted byte range; empty when nothing is omitted.
    hidden: Range<usize>,
}

impl Fitted {
    /// Where a byte range of the name is shown: before the ellipsis, on it, and after it. The range
    /// must be on grapheme boundaries.
    #[must_use]
    pub(crate) fn places(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        if self.hidden.is_empty() {
            return vec![range.clone()];
        }
        let Range { start, end } = self.hidden;
        let behind = start + MORE.len();
        let mut places = Vec::new();
        if range.start < start {
            places.push(range.start..range.end.min(start));
        }
        if range.start < end && range.end > start {
            places.push(start..behind);
        }
        if range.end > end {
            places.push(range.start.max(end) - end + behind..range.end - end + behind);
        }
        places
    }
}

/// The name, or as much of its beginning and its end as fits into `columns` with [`MORE`] between
/// them. A grapheme is never split; expects a clean line.
#[must_use]
pub(crate) fn fit(name: &str, columns: usize) -> Fitted {
    let whole = width(name);
    if whole <= columns {
        return Fitted {
            shown: name.to_owned(),
            hidden: 0..0,
        };
    }
    let room = columns.saturating_sub(1);
    let for_end = room * 2 / 5;
    let (mut start, mut used) = (0, 0);
    for (at, grapheme) in name.grapheme_indices(true) {
        used += width(grapheme);
        if used > room - for_end {
            break;
        }
        start = at + grapheme.len();
    }
    let (mut end, mut used) = (name.len(), 0);
    for (at, grapheme) in name.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > for_end {
            break;
        }
        end = at;
    }
    let mark = if columns == 0 { "" } else { MORE };
    Fitted {
        shown: format!("{}{mark}{}", &name[..start], &name[end..]),
        hidden: start..end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        for (name, columns, shown) in [
            ("Weekend Volunteers North", 22, "Weekend Volun…rs North"),
            ("Weekend Volunteers North", 24, "Weekend Volunteers North"),
            ("Class 7b 2026 parents", 12, "Class 7…ents"),
            ("東京ボランティアの会", 11, "東京ボ…の会"),
            ("👨‍👩‍👧x👨‍👩‍👧y👨‍👩‍👧z", 6, "👨‍👩‍👧x…z"),
            ("hello", 1, "…"),
            ("hello", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(fit(name, columns).shown, shown, "{name} in {columns}");
        }
    }

    #[test]
    fn places_follow_the_cut() {
        let name = "Weekend Volunteers North";
        let fitted = fit(name, 22);
        let shown = |range: Range<usize>| -> Vec<&str> {
            let places = fitted.places(&range).into_iter();
            places.map(|place| &fitted.shown[place]).collect()
        };
        assert_eq!(shown(0..4), ["Week"]);
        assert_eq!(shown(8..18), ["Volun", "…", "rs"]);
        assert_eq!(shown(14..16), ["…"]);
        assert_eq!(shown(19..24), ["North"]);
        assert_eq!(fit(name, 24).places(&(8..11)).first(), Some(&(8..11)));
    }

    proptest! {
        #[test]
        fn a_cut_name_fits(name in ".{0,30}", columns in 0_usize..30, at in 0_usize..30) {
            let name = crate::text::clean_line(&name).into_owned();
            let fitted = fit(&name, columns);
            prop_assert!(width(&fitted.shown) <= columns, "{:?}", fitted.shown);
            let ends: Vec<usize> = name.grapheme_indices(true).map(|(at, _)| at).collect();
            if let Some(start) = ends.get(at) {
                for place in fitted.places(&(*start..name.len())) {
                    prop_assert!(columns == 0 || fitted.shown.get(place).is_some());
                }
            }
        }
    }
}
