//! What does not count as an import: test code, comments, strings, other crates.

use super::{edges_of, imports_of, listed};

#[test]
fn test_code_is_left_out() {
    for left_out in [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(any(test, feature = \"x\"))] pub(crate) mod tests { use crate::b::B; }",
        "#[cfg(all(test, unix))] use crate::{b::B};",
        "#[cfg(doc)] use crate::b::B;",
        "#[test] fn f() { crate::b::b() }",
        "#[tokio::test] async fn f<A, B>(x: u8) -> [u8; 2] { crate::b::b() }",
        "struct S { #[cfg(test)] x: HashMap<u8, crate::b::B>, y: u8 }",
        "fn f() { #[cfg(test)] let x = { crate::b::b() }; }",
        "#[test] fn f() where A: B, C: D { crate::b::b() }",
        "fn f() { #[cfg(test)] let x = S { y }.f(crate::b::b()); }",
        "#[cfg(test)] const X: S = S { y }.f(crate::b::b());",
        "#![cfg(test)] use crate::b::B;",
    ] {
        assert_eq!(imports_of(left_out), [""; 0], "{left_out}");
    }
    for kept in [
        "#[cfg(not(test))] use crate::b::B;",
        "#[cfg(test)] mod tests {} use crate::b::B;",
        "#[cfg(test)] use x::{y}; use crate::b::B;",
        "struct S { #[cfg(test)] x: HashMap<u8, u8>, y: crate::b::B }",
        "#[cfg(test)] const fn f() {} use crate::b::B;",
        "#[cfg(feature = \"test\")] use crate::b::B;",
        "#[must_use] #[test] fn f() {} use crate::b::B;",
    ] {
        assert_eq!(imports_of(kept), ["a.rs:1 b.rs"], "{kept}");
    }
}

#[test]
fn files_below_a_test_module_are_left_out() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a.rs", "#[cfg(test)] mod tests; pub fn a() {}"),
        ("a/tests.rs", "mod fixture; use super::a;"),
        ("a/tests/fixture.rs", "use crate::a::a;"),
    ];
    assert_eq!(listed(&edges_of(&files)), [""; 0]);
}

#[test]
fn names_from_outside_are_no_imports() {
    assert_eq!(
        imports_of("use std::b::B; fn f() { ::b::b(); x.b(); Self::b(); T::b::c() }"),
        [""; 0]
    );
}

#[test]
fn text_is_no_code() {
    assert_eq!(
        imports_of(
            "//! [`crate::b::B`]\n/* /* */ crate::b::b() */ const Q: char = '\"'; // crate::b"
        ),
        [""; 0]
    );
    assert_eq!(
        imports_of(
            r##"const X: &str = r#" " crate::b::b() "#; const Y: &str = "\" crate::b::b()";"##
        ),
        [""; 0]
    );
    assert_eq!(
        imports_of("fn f<'a>(x: &'a str) -> char { '\\'' }\nfn g() { crate::b::b() }"),
        ["a.rs:2 b.rs"]
    );
    assert_eq!(
        imports_of("const X: &str = \"\n\n\";\nconst Y: char = '\\n'; use crate::b::B;"),
        ["a.rs:4 b.rs"]
    );
}

#[test]
fn a_visibility_imports_nothing() {
    assert_eq!(
        imports_of("pub(in crate::b) struct S { pub(in crate::c) x: u8 }"),
        [""; 0]
    );
}
