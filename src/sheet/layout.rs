//! The layouts of a page, in millimetres.

/// How many groups a page has, and on which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Layout {
    /// One group on a page of A4.
    #[default]
    A4,
    /// One group on a page of A5.
    A5,
    /// Two groups on a page of A4.
    Two,
    Four,
    Eight,
    Twelve,
}

/// Where the parts of a group stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    /// Width and height of the paper.
    pub paper: (f64, f64),
    /// Between the paper's edge and the groups; printers reach to about 5 mm.
    pub margin: f64,
    pub columns: usize,
    pub rows: usize,
    /// Inside a group's cell.
    pub padding: f64,
    /// Side of the code, quiet zone included.
    pub code: f64,
    /// Width of the texts. With `beside` they stand at the right of the code.
    pub text_width: f64,
    pub beside: bool,
    /// Heights of the boxes of name, house text and link.
    pub name: f64,
    pub text: f64,
    pub link: f64,
    /// Largest sizes of the letters of name, house text and link.
    pub sizes: (f64, f64, f64),
}

/// Height of the line with date and page number.
pub(super) const FOOT: f64 = 5.0;

impl Layout {
    pub const ALL: [Self; 6] = [
        Self::A4,
        Self::A5,
        Self::Two,
        Self::Four,
        Self::Eight,
        Self::Twelve,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::Two => "2",
            Self::Four => "4",
            Self::Eight => "8",
            Self::Twelve => "12",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::A4 => "One to a page, A4",
            Self::A5 => "One to a page, A5",
            Self::Two => "2 to a page, A4",
            Self::Four => "4 to a page, A4",
            Self::Eight => "8 to a page, A4",
            Self::Twelve => "12 to a page, A4",
        }
    }

    /// Groups on a page.
    #[must_use]
    pub fn per_page(self) -> usize {
        let geometry = self.geometry();
        geometry.columns * geometry.rows
    }

    pub(super) fn geometry(self) -> Geometry {
        let a4 = (210.0, 297.0);
        let one = Geometry {
            paper: a4,
            margin: 15.0,
            columns: 1,
            rows: 1,
            padding: 0.0,
            code: 120.0,
            text_width: 180.0,
            beside: false,
            name: 58.0,
            text: 60.0,
            link: 16.0,
            sizes: (18.0, 8.0, 5.0),
        };
        match self {
            Self::A4 => one,
            Self::A5 => Geometry {
                paper: (148.0, 210.0),
                margin: 10.0,
                code: 88.0,
                text_width: 128.0,
                name: 42.0,
                text: 38.0,
                link: 12.0,
                sizes: (13.0, 6.0, 4.0),
                ..one
            },
            Self::Two => Geometry {
                margin: 10.0,
                rows: 2,
                padding: 4.0,
                code: 76.0,
                text_width: 182.0,
                name: 24.0,
                text: 20.0,
                link: 8.0,
                sizes: (12.0, 6.0, 4.0),
                ..one
            },
            Self::Four => Geometry {
                margin: 10.0,
                columns: 2,
                rows: 2,
                padding: 4.0,
                code: 66.0,
                text_width: 87.0,
                name: 28.0,
                text: 24.0,
                link: 10.0,
                sizes: (9.0, 5.0, 3.2),
                ..one
            },
            Self::Eight => Geometry {
                margin: 10.0,
                columns: 2,
                rows: 4,
                padding: 3.0,
                code: 44.0,
                text_width: 44.0,
                beside: true,
                name: 24.0,
                text: 18.0,
                link: 15.0,
                sizes: (6.5, 3.8, 2.8),
                ..one
            },
            Self::Twelve => Geometry {
                margin: 8.0,
                columns: 3,
                rows: 4,
                padding: 2.5,
                code: 33.0,
                text_width: 59.0,
                name: 13.0,
                text: 9.0,
                link: 7.0,
                sizes: (5.5, 3.4, 2.6),
                ..one
            },
        }
    }
}

impl Geometry {
    /// Width and height of a group's cell.
    pub(super) fn cell(&self) -> (f64, f64) {
        let (width, height) = self.paper;
        (
            (width - 2.0 * self.margin) / self.columns as f64,
            (height - 2.0 * self.margin - FOOT) / self.rows as f64,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest module that phones read from a hand's distance with a good reserve, in millimetres.
    const MODULE_MIN: f64 = 0.5;
    /// Modules per side of the longest link's code, quiet zone included.
    const MODULES_MAX: usize = 53;

    #[test]
    fn the_parts_fit_into_every_cell_and_the_modules_are_large_enough() {
        let longest = format!("{}{}", crate::api::INVITE_PREFIX, "x".repeat(64));
        let modules = crate::qr::required_side(&longest, crate::qr::Level::Medium).unwrap();
        assert!(modules <= MODULES_MAX, "{modules}");
        for layout in Layout::ALL {
            let geometry = layout.geometry();
            let (width, height) = geometry.cell();
            let (width, height) = (
                width - 2.0 * geometry.padding,
                height - 2.0 * geometry.padding,
            );
            let texts = geometry.name + geometry.text + geometry.link;
            let (wide, tall) = if geometry.beside {
                let code_column = geometry.code + geometry.text_width;
                (code_column, geometry.code.max(texts))
            } else {
                (
                    geometry.text_width.max(geometry.code),
                    geometry.code + texts,
                )
            };
            assert!(wide <= width, "{layout:?}: {wide} of {width}");
            assert!(tall <= height, "{layout:?}: {tall} of {height}");
            assert!(
                geometry.code / MODULES_MAX as f64 >= MODULE_MIN,
                "{layout:?}"
            );
        }
    }
}
