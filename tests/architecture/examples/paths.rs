//! The places in source text where a path counts as an import.

use super::{edges_of, imports_of, listed};

#[test]
fn groups_and_renames_of_use() {
    let both = ["a.rs:1 b.rs", "a.rs:2 c.rs"];
    assert_eq!(imports_of("use crate::{b::{B, Kind as K},\nc::C};"), both);
    assert_eq!(
        imports_of("use super::{\nc::{self, C as D}};"),
        ["a.rs:2 c.rs"]
    );
    assert_eq!(
        imports_of("fn f() {\nuse crate::b::Kind::*; }"),
        ["a.rs:2 b.rs"]
    );
}

#[test]
fn paths_in_code_types_and_bounds() {
    assert_eq!(imports_of("fn f(x: &crate::b::B) {}"), ["a.rs:1 b.rs"]);
    assert_eq!(imports_of("fn f<T: super::b::B>() {}"), ["a.rs:1 b.rs"]);
    assert_eq!(
        imports_of("fn f() { let x = ..crate::b::b(); }"),
        ["a.rs:1 b.rs"]
    );
    assert_eq!(imports_of("type P = *const crate::b::B;"), ["a.rs:1 b.rs"]);
    assert_eq!(
        imports_of("impl<T> From<crate::b::B> for T {}"),
        ["a.rs:1 b.rs"]
    );
}

#[test]
fn paths_in_macro_calls_and_macros() {
    assert_eq!(
        imports_of("fn f() { println!(\"{}\",\ncrate::b::b()) }"),
        ["a.rs:2 b.rs"]
    );
    assert_eq!(
        imports_of("macro_rules! m { ($x:ident) => { $crate::b::$x() } }"),
        ["a.rs:1 b.rs"]
    );
    assert_eq!(
        imports_of("macro_rules! m { () => { use $crate::b::B; } }"),
        ["a.rs:1 b.rs"]
    );
}

#[test]
fn paths_in_attributes_and_their_strings() {
    assert_eq!(
        imports_of("#[derive(crate::b::B)] struct S;"),
        ["a.rs:1 b.rs"]
    );
    assert_eq!(
        imports_of("struct S { #[serde(default = \"crate::b::b\")] x: u8 }"),
        ["a.rs:1 b.rs"]
    );
    assert_eq!(imports_of("#[doc = \"crate::b::b\"] struct S;"), [""; 0]);
}

#[test]
fn super_climbs() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod one;"),
        ("a/one.rs", "mod two;"),
        (
            "a/one/two.rs",
            "mod inline { use super::super::super::super::b::B; }\nfn f() { super::super::own() }",
        ),
        ("b.rs", "pub struct B;"),
    ];
    let found = ["a/one/two.rs:2 a/mod.rs", "a/one/two.rs:1 b.rs"];
    assert_eq!(listed(&edges_of(&files)), found);
}
