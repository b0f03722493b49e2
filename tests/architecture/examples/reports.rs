//! The three reports: circles, violations of the module order, misplaced Unix paths.

use super::{crate_of, edges_of};
use crate::circles::{circles, describe};
use crate::modules::{Extent, read};
use crate::{order, unix};

#[test]
fn a_circle_of_three_is_named() {
    let edges = edges_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B;\nfn f() { super::c::c() }"),
        ("c.rs", "\n\npub fn c() { println!(\"{}\", crate::a::A) }"),
        ("d.rs", "use crate::{a::A, b::B};"),
    ]);
    let found = circles(&edges);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].files, ["a.rs", "b.rs", "c.rs"]);
    let text = describe(&found[0], &edges);
    for step in [
        "a.rs:1 imports b.rs by `crate::b::B`",
        "b.rs:2 imports c.rs by `super::c::c`",
        "c.rs:3 imports a.rs by `crate::a::A`",
    ] {
        assert!(text.contains(step), "{text}");
    }
}

#[test]
fn two_circles_are_two_and_the_larger_comes_first() {
    let edges = edges_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::{a::A, c::C};"),
        ("c.rs", "use crate::d::D;"),
        ("d.rs", "use crate::e::E;"),
        ("e.rs", "use crate::{c::C, d::D};"),
    ]);
    let found = circles(&edges);
    let files: Vec<String> = found.iter().map(|circle| circle.files.join(" ")).collect();
    assert_eq!(files, ["c.rs d.rs e.rs", "a.rs b.rs"]);
    assert_eq!(found[0].shortest, ["d.rs", "e.rs", "d.rs"]);
}

#[test]
fn a_module_that_only_declares_closes_no_circle() {
    let edges = edges_of(&[
        ("lib.rs", "mod a;"),
        (
            "a/mod.rs",
            "mod one; mod two; pub use one::One; pub use two::{Two, Other};",
        ),
        ("a/one.rs", "use super::Two; pub struct One;"),
        ("a/two.rs", "pub struct Two; pub struct Other;"),
    ]);
    assert_eq!(circles(&edges), []);
    let closed = edges_of(&[
        ("lib.rs", "mod a;"),
        (
            "a/mod.rs",
            "mod one; pub use one::One; pub struct Own(One);",
        ),
        ("a/one.rs", "use super::Own; pub struct One;"),
    ]);
    assert_eq!(circles(&closed).len(), 1);
}

#[test]
fn the_order_names_what_breaks_it() {
    let broken = |from: &str, path: &str| {
        let lib = "mod api; mod client; mod console; mod gateway; mod strange;";
        let mut files = vec![
            ("lib.rs", lib),
            ("api.rs", ""),
            ("client.rs", ""),
            (
                "console/mod.rs",
                "mod state; mod layout; mod update; mod view;",
            ),
            ("console/state.rs", ""),
            ("console/layout.rs", ""),
            ("console/update.rs", ""),
            ("console/view.rs", ""),
            ("gateway.rs", ""),
            ("strange.rs", ""),
        ];
        let text = format!("\nuse {path};");
        files.retain(|(file, _)| *file != from);
        files.push((from, &text));
        order::violations(&edges_of(&files))
    };
    assert_eq!(broken("client.rs", "crate::api::X"), [""; 0]);
    assert_eq!(broken("console/view.rs", "super::layout::X"), [""; 0]);
    assert_eq!(
        broken("gateway.rs", "crate::console::X"),
        [
            "gateway.rs:2 imports console/mod.rs by `crate::console::X`: `gateway` may not import `console`"
        ]
    );
    for (from, path) in [
        ("api.rs", "crate::client::X"),
        ("client.rs", "crate::console::state::X"),
        ("console/state.rs", "crate::gateway::X"),
        ("console/state.rs", "crate::console::layout::X"),
        ("console/layout.rs", "super::update::X"),
        ("console/view.rs", "super::update::X"),
        ("console/update.rs", "super::view::X"),
        ("strange.rs", "crate::api::X"),
    ] {
        assert_eq!(broken(from, path).len(), 1, "{from} {path}");
    }
}

#[test]
fn unix_only_paths_are_found_outside_of_their_cfg() {
    let found = |a: &str, child: &str| {
        let files = [("lib.rs", a), ("child.rs", child)];
        let modules = read(&crate_of(&files), "lib.rs", Extent::WithTests);
        unix::misplaced(&modules)
    };
    assert_eq!(
        found("use std::{fs,\nos::unix::fs::{OpenOptionsExt}};", ""),
        ["lib.rs:2 std::os::unix::fs::OpenOptionsExt: exists on Unix only"]
    );
    for misplaced in [
        "fn f() { std::os::unix::fs::symlink(a, b) }",
        "use tokio::signal; fn f() { signal::unix::signal(x) }",
        "use ::rustix::fs::x;",
        "fn f() { m!(::libc::x) }",
        "#[cfg(not(unix))] use rustix::x;",
        "#[cfg(any(unix, windows))] use rustix::x;",
        "#[cfg(unix)] use nix::x;",
        "#[cfg(unix)] use rustix::x; fn f() { x() }",
        "#[cfg(unix)] use y::x; fn f() { x() }",
        "#[cfg(unix)] fn f() {} fn g() { rustix::x() }",
        "#[cfg(test)] mod tests { use rustix::x; }",
        "#[cfg(test)] mod child;",
    ] {
        assert_eq!(
            found(misplaced, "use tokio::net::UnixStream;").len(),
            1,
            "{misplaced}"
        );
    }
    for placed in [
        "#[cfg(unix)] use std::os::unix::fs::X;",
        "#[cfg(all(test, unix))] fn f() { rustix::x() }",
        "#[cfg(any(target_os = \"linux\", target_os = \"macos\"))] mod m { use rustix::x; fn f() { x() } }",
        "#[cfg(target_os = \"linux\")] use nix::x;",
        "fn f() { #[cfg(unix)] std::os::unix::fs::chown(a, b)?; #[cfg(unix)] let x = rustix::x(); }",
        "fn f() { #[cfg(unix)] { use rustix::x; x() } }",
        "#[cfg(unix)] mod child;",
        "#[cfg(unix)] use rustix::x; #[cfg(not(unix))] use y::x; fn f() { x() }",
        "#[cfg(unix)] use std::os::unix::fs::X as _; fn f() { match x { _ => 1 } }",
        "use nixish::libc; mod rustix_like {}",
    ] {
        assert_eq!(
            found(placed, "#![allow(x)] use rustix::x;"),
            [""; 0],
            "{placed}"
        );
    }
}
