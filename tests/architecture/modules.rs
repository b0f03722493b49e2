//! The module tree of a crate: what each module defines, imports and mentions.

use crate::syntax::{Attributes, Platform, attributes, is_test, item_end, platform, visibility};
use crate::tokens::{Kind, Token, tokens};
use std::collections::{BTreeMap, BTreeSet};

/// File name, relative to `src/`, to content.
pub type Sources = BTreeMap<String, String>;

/// A module, in a file of its own or inline.
#[derive(Debug)]
pub struct Module {
    /// The file that holds its content.
    pub file: String,
    pub parent: Option<usize>,
    /// Children of the same name are alternatives under different `cfg`s.
    pub children: Vec<(String, usize)>,
    /// Names of the items that it defines itself.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub mentions: Vec<Mention>,
}

/// One leaf of a `use`.
#[derive(Debug)]
pub struct Import {
    /// The name that it brings into scope; `None` for `*`.
    pub name: Option<String>,
    pub path: Vec<String>,
    /// Whether it is a `pub use`, `pub(crate) use` and the like.
    pub exported: bool,
    pub line: usize,
    /// Where it is compiled.
    pub platform: Platform,
}

/// A path in code, of one or more words, not yet resolved.
#[derive(Debug)]
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
    /// Where it is compiled.
    pub platform: Platform,
}

/// How much of a crate is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Without code that is compiled for tests only.
    Program,
    WithTests,
}

/// Reads the modules of a crate from its root down, `lib.rs` or `main.rs`; the root is the first.
pub fn read(sources: &Sources, root: &str, extent: Extent) -> Vec<Module> {
    let mut reader = Reader {
        sources,
        extent,
        modules: Vec::new(),
    };
    reader.file(root, "", None, Platform::Any);
    reader.modules
}

struct Reader<'a> {
    sources: &'a Sources,
    extent: Extent,
    modules: Vec<Module>,
}

/// The context of the tokens that are being read.
#[derive(Clone, Copy)]
struct Scope<'a> {
    tokens: &'a [Token],
    module: usize,
    /// Folder of the files of child modules, with `/` at its end unless it is `src/`.
    folder: &'a str,
    /// Whether definitions here belong to the module and not to a function's body.
    top: bool,
    platform: Platform,
}

impl Reader<'_> {
    fn add(&mut self, file: &str, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            children: Vec::new(),
            items: BTreeSet::new(),
            imports: Vec::new(),
            mentions: Vec::new(),
        });
        self.modules.len() - 1
    }

    fn file(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        platform: Platform,
    ) -> usize {
        let module = self.add(file, parent);
        let tokens = tokens(&self.sources[file]);
        let scope = Scope {
            tokens: &tokens,
            module,
            folder,
            top: true,
            platform,
        };
        self.scope(scope, 0, tokens.len());
        module
    }

    /// Reads the tokens from `at` to `end`; returns where it stopped.
    fn scope(&mut self, scope: Scope, mut at: usize, end: usize) -> usize {
        while at < end {
            at = self.one(scope, at, end);
        }
        at
    }

    /// Reads attributes; also their item, when they limit it to tests or to a platform.
    fn attributed(&mut self, scope: Scope, found: &Attributes, end: usize) -> usize {
        let tokens = scope.tokens;
        let item = || {
            if found.inner {
                end
            } else {
                item_end(tokens, found.end, end)
            }
        };
        let bodies = || found.bodies.iter().map(|(from, to)| &tokens[*from..*to]);
        if self.extent == Extent::Program && bodies().any(is_test) {
            return item();
        }
        if let Some(path) = bodies().find(|body| body[0].is("path")) {
            // Used only for test helpers that live outside of `src/`.
            assert!(
                path[2].text.contains("/tests/"),
                "`#[path]` is not followed: {path:?}"
            );
            return item();
        }
        for (from, to) in &found.bodies {
            self.attribute(scope, *from, *to);
        }
        let limit = bodies().map(platform).max().unwrap_or(Platform::Any);
        if limit <= scope.platform {
            return found.end;
        }
        let limited = Scope {
            platform: limit,
            ..scope
        };
        self.scope(limited, found.end, item())
    }

    /// Reads one construct at `at`; returns the index behind it.
    fn one(&mut self, scope: Scope, at: usize, end: usize) -> usize {
        let tokens = scope.tokens;
        if let Some(found) = attributes(tokens, at, end) {
            return self.attributed(scope, &found, end);
        }
        let token = &tokens[at];
        if token.kind == Kind::Open {
            self.scope(
                Scope {
                    top: false,
                    ..scope
                },
                at + 1,
                token.close,
            );
            return token.close + 1;
        }
        let next = tokens.get(at + 1);
        if !token.is_word() || (at > 0 && tokens[at - 1].is("$") && !token.is("crate")) {
            return at + 1;
        }
        match token.text.as_str() {
            "pub" => {
                let (start, exported) = visibility(tokens, at);
                if tokens[start].is("use") {
                    self.import(scope, start, exported)
                } else {
                    start
                }
            }
            "use" if next.is_some_and(|next| !next.is("<")) => self.import(scope, at, false),
            "mod" if next.is_some_and(Token::is_word) => self.module(scope, at),
            "macro_rules" if next.is_some_and(|next| next.is("!")) => {
                self.define(scope, at + 2);
                at + 3
            }
            "_" => at + 1,
            "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static" => {
                let mut name = at + 1;
                if tokens.get(name).is_some_and(|token| token.is("mut")) {
                    name += 1;
                }
                let defines = tokens.get(name).is_some_and(|name| {
                    name.is_word()
                        && !["fn", "unsafe", "async", "extern"]
                            .iter()
                            .any(|word| name.is(word))
                });
                // `*const a::B` defines nothing.
                let defines = defines && !tokens.get(name + 1).is_some_and(|token| token.is("::"));
                if defines {
                    self.define(scope, name);
                    if token.is("enum") {
                        self.variants(scope, name + 1, end)
                    } else {
                        name + 1
                    }
                } else {
                    at + 1
                }
            }
            _ => self.mention(scope, at),
        }
    }

    fn define(&mut self, scope: Scope, name: usize) {
        if scope.top {
            let name = scope.tokens[name].text.clone();
            self.modules[scope.module].items.insert(name);
        }
    }

    /// Reads an enum from behind its name to its end. Names of variants are definitions, not mentions.
    fn variants(&mut self, scope: Scope, mut at: usize, end: usize) -> usize {
        let tokens = scope.tokens;
        while at < end && !tokens[at].is("{") {
            at = self.one(scope, at, end);
        }
        if at == end {
            return end;
        }
        let close = tokens[at].close;
        let mut starts = true;
        at += 1;
        while at < close {
            if starts && tokens[at].is_word() {
                at += 1;
                starts = false;
            } else {
                starts |= tokens[at].is(",");
                at = self.one(scope, at, close);
            }
        }
        close + 1
    }

    /// `mod name;` or `mod name { … }`.
    fn module(&mut self, scope: Scope, at: usize) -> usize {
        let (name, body) = (scope.tokens[at + 1].text.clone(), at + 2);
        let folder = format!("{}{name}/", scope.folder);
        if scope.tokens[body].is("{") {
            let file = self.modules[scope.module].file.clone();
            let module = self.add(&file, Some(scope.module));
            self.modules[scope.module].children.push((name, module));
            let inner = Scope {
                module,
                folder: &folder,
                top: true,
                ..scope
            };
            self.scope(inner, body + 1, scope.tokens[body].close);
            return scope.tokens[body].close + 1;
        }
        let file = [
            format!("{}{name}.rs", scope.folder),
            format!("{folder}mod.rs"),
        ]
        .into_iter()
        .find(|file| self.sources.contains_key(file))
        .unwrap_or_else(|| panic!("no file for the module {folder}"));
        let module = self.file(&file, &folder, Some(scope.module), scope.platform);
        self.modules[scope.module].children.push((name, module));
        body + 1
    }

    /// A `use`, at the keyword.
    fn import(&mut self, scope: Scope, at: usize, exported: bool) -> usize {
        let end = item_end(scope.tokens, at, scope.tokens.len());
        self.use_tree(scope, at + 1, end - 1, &[], exported);
        end
    }

    fn use_tree(
        &mut self,
        scope: Scope,
        from: usize,
        to: usize,
        prefix: &[String],
        exported: bool,
    ) {
        let tokens = scope.tokens;
        let mut path = prefix.to_vec();
        let mut at = from;
        let line = tokens[from].line;
        let mut name = None;
        if tokens[at].is("::") {
            path.push(String::new());
            at += 1;
        }
        while at < to {
            let token = &tokens[at];
            if token.is("{") {
                let mut start = at + 1;
                let mut inside = at + 1;
                while inside <= token.close {
                    if tokens[inside].kind == Kind::Open {
                        inside = tokens[inside].close;
                    } else if (inside == token.close || tokens[inside].is(",")) && start < inside {
                        self.use_tree(scope, start, inside, &path, exported);
                    }
                    if tokens[inside].is(",") {
                        start = inside + 1;
                    }
                    inside += 1;
                }
                return;
            }
            if token.is("as") {
                name = Some(tokens[at + 1].text.clone());
                break;
            }
            if token.is_word() || token.is("*") {
                path.push(token.text.clone());
            }
            at += 1;
        }
        let last = path.pop().unwrap_or_default();
        let name = if last == "*" {
            None
        } else {
            let own = path
                .last()
                .filter(|_| last == "self")
                .unwrap_or(&last)
                .clone();
            if last != "self" || path.is_empty() {
                path.push(last);
            }
            Some(name.unwrap_or(own))
        };
        self.modules[scope.module].imports.push(Import {
            name,
            path,
            exported,
            line,
            platform: scope.platform,
        });
    }

    /// A path in code, at its first word.
    fn mention(&mut self, scope: Scope, at: usize) -> usize {
        let tokens = scope.tokens;
        let before = |n: usize| at.checked_sub(n).map(|at| &tokens[at]);
        let follows = |n, text: &str| before(n).is_some_and(|token| token.is(text));
        // `.name` is a field or a method; `..name` is a range.
        let member = follows(1, ".") && !follows(2, ".");
        // `::name` begins a path to another crate, unless it continues `<T>::` or `$crate::`.
        let rooted =
            follows(1, "::") && !before(2).is_some_and(|token| token.is_word() || token.is(">"));
        let skipped = member || (follows(1, "::") && !rooted);
        let mut path = vec![String::new(); usize::from(rooted)];
        path.push(tokens[at].text.clone());
        let mut next = at + 1;
        while next + 1 < tokens.len() && tokens[next].is("::") && tokens[next + 1].is_word() {
            path.push(tokens[next + 1].text.clone());
            next += 2;
        }
        let field = path.len() == 1 && tokens.get(next).is_some_and(|token| token.is(":"));
        let field = field && path[0].starts_with(|char: char| char.is_lowercase());
        if !skipped && !field {
            self.modules[scope.module].mentions.push(Mention {
                path,
                line: tokens[at].line,
                platform: scope.platform,
            });
        }
        next
    }

    /// The content of an attribute. serde's attributes have paths to functions in strings.
    fn attribute(&mut self, scope: Scope, from: usize, to: usize) {
        if scope.tokens[from].is("doc") {
            return;
        }
        self.scope(
            Scope {
                top: false,
                ..scope
            },
            from,
            to,
        );
        for literal in &scope.tokens[from..to] {
            if literal.kind != Kind::Literal || !literal.text.contains("::") {
                continue;
            }
            let path: Vec<String> = literal.text.split("::").map(str::to_owned).collect();
            let plain = |part: &String| {
                part.chars()
                    .all(|char| char.is_alphanumeric() || char == '_')
            };
            if path.iter().all(plain) {
                self.modules[scope.module].mentions.push(Mention {
                    path,
                    line: literal.line,
                    platform: scope.platform,
                });
            }
        }
    }
}
