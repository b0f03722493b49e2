//! The page: HTML and CSS in one file, without a script, a font or anything else to fetch.

use super::fitting::{Fitted, LINE, Room};
use super::format::SheetError;
use super::group::{END_ISOLATE, ISOLATE, SheetGroup};
use super::layout::{FOOT, Geometry, Layout};
use crate::qr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Smallest letters of a name, a house text and a link, in millimetres; 5 points are 1.8 mm.
const NAME_MIN: f64 = 1.8;
const TEXT_MIN: f64 = 1.6;
const LINK_MIN: f64 = 1.4;

/// What every layout shares. Lines break wherever they have to, so that nothing is cut.
const STYLE: &str = "\
*{box-sizing:border-box;margin:0;padding:0}\
body{background:#ddd;color:#000;font-family:system-ui,sans-serif}\
.page{position:relative;background:#fff;overflow:hidden;margin:5mm auto;break-after:page;break-inside:avoid}\
.page:last-child{break-after:auto}\
.grid{display:grid}\
.group{overflow:hidden;display:grid;justify-items:center;align-content:space-between;text-align:center}\
.name,.text,.link{width:100%;overflow-wrap:anywhere}\
.name{font-weight:700;align-self:center}\
.link{font-family:monospace}\
.code svg{display:block;width:100%;height:100%}\
.foot{position:absolute;font-size:2.6mm;line-height:5mm;color:#444;text-align:center}\
@media print{body{background:#fff}.page{margin:0}}";

/// The groups as one page of HTML. `made` is the day on which the links were read: `2026-11-27`.
///
/// # Errors
/// [`SheetError::TooLong`].
pub fn html(groups: &[SheetGroup], layout: Layout, made: &str) -> Result<String, SheetError> {
    let geometry = layout.geometry();
    let mut sizes = BTreeSet::new();
    let pages = groups.chunks(layout.per_page().max(1));
    let count = pages.len();
    let made = escaped(made);
    let mut body = String::new();
    for (at, groups) in pages.enumerate() {
        body.push_str("<section class=\"page\"><div class=\"grid\">\n");
        for group in groups {
            body.push_str(&article(group, &geometry, &mut sizes)?);
        }
        let _ = writeln!(
            body,
            "</div><p class=\"foot\">Made on {made} · page {} of {count}</p></section>",
            at + 1
        );
    }
    let style = style(&geometry, &sizes);
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\" data-groupdesk-sheet=\"1\" data-made=\"{made}\" data-layout=\"{layout}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>Invite links of {made}</title>\n\
         <style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        layout = layout.word(),
    ))
}

fn article(
    group: &SheetGroup,
    geometry: &Geometry,
    sizes: &mut BTreeSet<u32>,
) -> Result<String, SheetError> {
    let (largest_name, largest_text, largest_link) = geometry.sizes;
    let mut fit = |text, height, largest, smallest| -> Fitted<'_> {
        let room = Room {
            width: geometry.text_width,
            height,
            largest,
            smallest,
        };
        let fitted = room.fit(text);
        sizes.insert(fitted.size);
        fitted
    };
    let name = fit(&group.name, geometry.name, largest_name, NAME_MIN);
    let link = fit(&group.link, geometry.link, largest_link, LINK_MIN);
    let mut out = format!(
        "<article class=\"group\" data-jid=\"{}\" data-session=\"{}\" data-name=\"{}\" data-link=\"{}\">\n",
        escaped(&group.jid),
        escaped(&group.session),
        escaped(&group.name),
        escaped(&group.link),
    );
    let _ = writeln!(
        out,
        "<h2 class=\"name s{}\" lang=\"\" dir=\"auto\">{}</h2>\n<div class=\"code\">{}</div>",
        name.size,
        escaped(&name.text),
        qr::to_inline_svg(&group.link)?,
    );
    if !group.text.is_empty() {
        let text = fit(&group.text, geometry.text, largest_text, TEXT_MIN);
        let _ = write!(out, "<div class=\"text s{}\" lang=\"\">", text.size);
        for line in text.text.lines() {
            let _ = write!(out, "<p dir=\"auto\">{}</p>", isolated(line));
        }
        out.push_str("</div>\n");
    }
    let _ = writeln!(
        out,
        "<p class=\"link s{}\" dir=\"ltr\">{}</p>\n</article>",
        link.size,
        escaped(&link.text)
    );
    Ok(out)
}

/// The style of this layout, and a class for every size of letters.
fn style(geometry: &Geometry, sizes: &BTreeSet<u32>) -> String {
    let Geometry {
        paper: (width, height),
        margin,
        columns,
        rows,
        padding,
        code,
        text_width,
        name,
        text,
        link,
        ..
    } = *geometry;
    let (cell_width, cell_height) = geometry.cell();
    let mut style = STYLE.to_owned();
    let _ = write!(
        style,
        "@page{{size:{width}mm {height}mm;margin:0}}\
         .page{{width:{width}mm;height:{height}mm;padding:{margin}mm}}\
         .grid{{grid-template-columns:repeat({columns},{cell_width:.3}mm);grid-auto-rows:{cell_height:.3}mm}}\
         .foot{{left:0;right:0;bottom:{:.3}mm}}\
         .group{{padding:{padding}mm}}\
         .code{{width:{code}mm;height:{code}mm}}\
         .name{{max-width:{text_width}mm;max-height:{name}mm}}\
         .text{{max-width:{text_width}mm;max-height:{text}mm}}\
         .link{{max-width:{text_width}mm;max-height:{link}mm}}",
        margin - FOOT / 2.0,
    );
    if columns * rows > 1 {
        style.push_str(".group{outline:.1mm dashed #999}");
    }
    if geometry.beside {
        style.push_str(
            ".group{grid-template-columns:auto 1fr;align-content:center;align-items:center}\
             .code{grid-column:1;grid-row:1/4}.name,.text,.link{grid-column:2}",
        );
    }
    for size in sizes {
        let (whole, tenth) = (size / 10, size % 10);
        let line = f64::from(*size) / 10.0 * LINE;
        let _ = write!(
            style,
            ".s{size}{{font-size:{whole}.{tenth}mm;line-height:{line:.2}mm}}"
        );
    }
    style
}

/// Text for an element or an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// A line whose isolates become elements, each closed on the same line.
fn isolated(line: &str) -> String {
    let mut out = String::new();
    let mut open = 0;
    for part in line.split_inclusive([ISOLATE, END_ISOLATE]) {
        out.push_str(&escaped(part.trim_end_matches([ISOLATE, END_ISOLATE])));
        match part.chars().next_back() {
            Some(ISOLATE) => {
                open += 1;
                out.push_str("<bdi>");
            }
            Some(END_ISOLATE) if open > 0 => {
                open -= 1;
                out.push_str("</bdi>");
            }
            _ => {}
        }
    }
    out.push_str(&"</bdi>".repeat(open));
    out
}
