//! Name resolution: module aliases, re-exports, `*`, names that collide.

use super::{edges_of, imports_of, listed};

#[test]
fn a_module_imported_by_name_counts_where_it_is_used() {
    let files = |a| {
        [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", a),
            (
                "b/mod.rs",
                "mod inner; pub use inner::Inner; pub struct Own;",
            ),
            ("b/inner.rs", "pub struct Inner;"),
        ]
    };
    let imports = |a| listed(&edges_of(&files(a)));
    assert_eq!(
        imports("use crate::b;\nfn f() -> b::Inner { b::Inner }"),
        ["a.rs:2 b/inner.rs"]
    );
    assert_eq!(
        imports("use crate::b::{self};\nfn f() -> b::Inner { b::Inner }"),
        ["a.rs:2 b/inner.rs"]
    );
    assert_eq!(
        imports("use crate::b as d;\nfn f() -> d::Own { d::Own }"),
        ["a.rs:2 b/mod.rs"]
    );
    assert_eq!(
        imports("use crate::b;\nuse b::Inner;"),
        ["a.rs:2 b/inner.rs"]
    );
    assert_eq!(imports("use crate::b;"), ["a.rs:1 b/mod.rs"]);
}

#[test]
fn functions_with_the_names_of_modules() {
    let files = |a| {
        [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", a),
            (
                "b/mod.rs",
                "mod page; pub fn page() {} pub fn keys() {} pub use super::c as keys;",
            ),
            ("b/page.rs", ""),
            ("c.rs", "pub fn paste() {}"),
        ]
    };
    let imports = |a| {
        let mut found = listed(&edges_of(&files(a)));
        found.retain(|edge| edge.starts_with("a.rs"));
        found
    };
    assert_eq!(
        imports("use crate::b::page;\nfn f() { page() }"),
        ["a.rs:1 b/mod.rs"]
    );
    assert_eq!(
        imports("fn f() { crate::b::keys::paste() }"),
        ["a.rs:1 c.rs"]
    );
    assert_eq!(
        imports("use crate::c as keys; fn keys() { keys::paste() }"),
        ["a.rs:1 c.rs"]
    );
}

#[test]
fn self_begins_a_path_to_a_child() {
    let files = |a| {
        [
            ("lib.rs", "mod a;"),
            ("a/mod.rs", a),
            ("a/child.rs", "pub fn go() {}"),
        ]
    };
    let imports = |a| listed(&edges_of(&files(a)));
    let counted = ["a/mod.rs:2 a/child.rs"];
    assert_eq!(imports("mod child;\nuse self::child::go;"), counted);
    assert_eq!(imports("mod child;\nfn f() { self::child::go() }"), counted);
    assert_eq!(
        imports("mod child;\nfn f(self) { self.child.go() }"),
        [""; 0]
    );
    assert_eq!(imports("mod child; pub use self::child::go;"), [""; 0]);
}

/// A module with two children, one of which has a name from the other by way of it.
fn re_exporting(parent: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", parent),
        ("a/one.rs", "use super::Two;"),
        ("a/two.rs", "pub struct Two;"),
    ];
    listed(&edges_of(&files))
}

#[test]
fn re_exports_are_followed_and_are_no_imports() {
    let followed = ["a/one.rs:1 a/two.rs"];
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;"),
        followed
    );
    assert_eq!(
        re_exporting("mod one; mod two; pub(super) use self::two::{self, Two};"),
        followed
    );
    assert_eq!(
        re_exporting("mod one; mod two; pub(crate) use crate::a::two::*;"),
        followed
    );
    assert_eq!(
        re_exporting("mod one; mod two { pub struct Two; } pub use two::Two;"),
        ["a/one.rs:1 a/mod.rs"]
    );
}

#[test]
fn re_exports_are_followed_through_several_modules() {
    let files = [
        ("lib.rs", "mod a; mod b; pub use b::Deep as Renamed;"),
        ("a.rs", "use crate::Renamed;\nuse crate::b::Deep;"),
        ("b/mod.rs", "mod c; pub use c::*;"),
        ("b/c/mod.rs", "mod d; pub use d::Hidden as Deep;"),
        ("b/c/d.rs", "pub struct Hidden;"),
    ];
    assert_eq!(listed(&edges_of(&files)), ["a.rs:1 b/c/d.rs"]);
}

#[test]
fn a_private_use_of_the_parent_counts_for_both() {
    let found = re_exporting("mod one; mod two; use two::Two;");
    assert_eq!(
        found,
        [
            "a/mod.rs:1 a/two.rs",
            "a/one.rs:1 a/mod.rs",
            "a/one.rs:1 a/two.rs"
        ]
    );
}

#[test]
fn a_module_that_uses_its_child_imports_it() {
    let found = ["a/mod.rs:2 a/two.rs", "a/one.rs:1 a/two.rs"];
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;\nstruct S(Two);"),
        found
    );
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::*;\nfn f() -> Two {}"),
        found
    );
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;\nfn f() { two::go() }"),
        found
    );
    // A variant or a field of that name uses nothing.
    let followed = ["a/one.rs:1 a/two.rs"];
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;\nenum E { One, Two }"),
        followed
    );
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;\nfn f() { x.Two; E::Two }"),
        followed
    );
    // Nor does a variable with a module's name.
    assert_eq!(
        re_exporting("mod one; mod two; pub use two::Two;\nfn f(one: u8) { g(one) }"),
        followed
    );
}

#[test]
fn names_that_come_by_a_glob() {
    let found = ["a.rs:2 b.rs"];
    assert_eq!(imports_of("use crate::b::*;\nfn f(x: B) {}"), found);
    assert_eq!(imports_of("use crate::*;\nfn f() { b::b() }"), found);
    // What it is for is unknown: a trait's methods, for instance.
    assert_eq!(imports_of("use crate::b::*;"), ["a.rs:1 b.rs"]);
}

#[test]
fn modules_of_one_name_under_two_cfgs_both_count() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        (
            "a.rs",
            "#[cfg(x)] use crate::b as it; #[cfg(not(x))] use crate::c as it; fn f() { it::go() }",
        ),
        ("b.rs", ""),
        ("c.rs", ""),
    ];
    assert_eq!(listed(&edges_of(&files)), ["a.rs:1 b.rs", "a.rs:1 c.rs"]);
}
