// SPDX-License-Identifier: EUPL-1.2

//! The house's plan: which room may import which. Docs can lie about that; this can't.

use syn::{UseTree, visit::Visit};

use super::sources::{Source, sources};

/// A room and what it may import.
struct Room {
    name: &'static str,
    /// Rooms of this table further down: so there are no circles.
    may_import: &'static [&'static str],
    because: &'static str,
}

const fn room(
    name: &'static str,
    may_import: &'static [&'static str],
    because: &'static str,
) -> Room {
    Room {
        name,
        may_import,
        because,
    }
}

/// From the roof down. A room may always import itself; `http` is every feature's edge ([`is_edge`]).
#[rustfmt::skip]
const ROOMS: [Room; 27] = [
    room("lib", &[], "it only opens the rooms"),
    room("main", &[], "it only calls the library"),
    room("cli", &["app", "routes", "announcements", "files", "photos", "feed", "people", "audit", "push", "db",
                  "config", "text", "tasks", "id", "clock"],
         "a command is a way to reach a room without HTTP"),
    room("app", &["routes", "notifications", "announcements", "feed", "files", "photos", "people", "push",
                  "changes", "uploads", "db", "config", "text", "tasks", "id", "clock"],
         "the composition root makes every room, once"),
    room("routes", &["console", "app_shell", "http", "web", "notifications", "announcements", "feed",
                     "files", "photos", "people", "audit", "push", "changes"],
         "the one route table merges every feature's router"),
    room("console", &["web"], "static pages: clients of the public API like any other"),
    room("app_shell", &["web"], "static pages: clients of the public API like any other"),
    room("http", &["web", "notifications", "announcements", "feed", "files", "photos", "people", "audit", "push", "changes",
                   "uploads", "db", "config", "text", "tasks", "id", "clock"],
         "the only part of a feature that knows of HTTP"),
    room("web", &["people", "push", "db", "text", "tasks", "id", "clock"],
         "the edge finds out who is calling, and keeps answers for Idempotency-Key"),
    room("notifications", &["announcements", "feed", "photos", "people", "push", "changes", "db",
                            "config", "text", "tasks", "id", "clock"],
         "it reads what features have written to the change log and tells phones; no feature calls it"),
    room("announcements", &["files", "photos", "people", "audit", "push", "changes", "db", "mail", "webhook",
                            "config", "text", "tasks", "id", "clock"],
         "it shows photos, carries files, means people, stages what push carries, and serves the press"),
    room("feed", &["photos", "people", "audit", "changes", "db", "config", "text", "tasks", "id", "clock"],
         "it shows photos and means people; it has nothing to push by itself"),
    room("files", &["people", "uploads", "db", "config", "text", "tasks", "id", "clock"],
         "it belongs to editors; who may have a file it asks in SQL, not of other rooms"),
    room("photos", &["people", "audit", "changes", "uploads", "db", "config", "text", "tasks", "id", "clock"],
         "it belongs to people; who may see a photo it asks in SQL, not of other rooms"),
    room("people", &["audit", "push", "changes", "db", "config", "text", "tasks", "id", "clock"],
         "whoever leaves or signs out loses the device that push knows"),
    room("audit", &["db", "id", "clock"], "every feature writes to it, so it knows none"),
    room("push", &["changes", "db", "config", "text", "tasks", "id", "clock"],
         "it knows an envelope, never a post"),
    room("changes", &["db", "tasks", "id", "clock"], "every feature writes to it, so it knows none"),
    room("uploads", &["tasks", "id", "clock"], "it knows bytes and their age, never what they show"),
    room("db", &["tasks", "id", "clock"], "columns hold ids and instants"),
    room("mail", &["config", "clock"], "it knows a letter, never what it tells"),
    room("webhook", &["clock"], "it knows a signed call, never what it tells"),
    room("config", &[], "every room may read its section, so it knows none"),
    room("text", &[], "words from outside"),
    room("tasks", &[], "where background work starts"),
    room("id", &["clock"], "a UUIDv7 holds the time"),
    room("clock", &[], "everything may ask for the time"),
];

/// What is imported against the plan, with the reason. The path is as it is written after `crate::`.
const EXCEPTIONS: [(&str, &str, &str); 6] = [
    (
        "routes",
        "app::App",
        "the table is handed all rooms in the struct that holds them",
    ),
    (
        "config",
        "push::MessageClass",
        "classes.toml has a section for each class, and push owns the word",
    ),
    (
        "config",
        "push::Class",
        "the second pair of eyes is for some classes of announcements",
    ),
    (
        "config",
        "push::Language",
        "classes.toml has a text without content in each language",
    ),
    ("config", "clock::Zone", "the city's clocks are in a zone"),
    (
        "config",
        "clock::TimeOfDay",
        "the city's quiet hours begin and end at a time of the day",
    ),
];

const MOST_LINES: usize = 600;

#[test]
fn rooms_import_only_what_stands_below_them() {
    let mut broken = Vec::new();
    for source in sources() {
        for import in imports(&source) {
            if !allowed(&source, &import.path) {
                let Import { path, line } = import;
                broken.push(format!("src/{}:{line} imports crate::{path}", source.path));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "against the plan in {}:\n{}",
        file!(),
        broken.join("\n")
    );
}

#[test]
fn the_plan_has_every_room_and_no_circle() {
    let order = |name: &str| ROOMS.iter().position(|room| room.name == name);
    for (index, room) in ROOMS.iter().enumerate() {
        assert!(
            !room.because.is_empty(),
            "{} is as it is for no reason",
            room.name
        );
        for below in room.may_import {
            let place = order(below).unwrap_or_else(|| panic!("{below} is no room"));
            assert!(place > index, "{} stands above {below}", room.name);
        }
    }
    for source in sources() {
        let name = source.room();
        assert!(
            order(name).is_some(),
            "src/{}: {name} has no place in the plan",
            source.path
        );
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    for source in sources() {
        // A licence header may stand before the documentation.
        let header = |line: &str| line.starts_with("//") && !line.starts_with("//!");
        let mut lines = source.text.lines();
        let first = lines.find(|line| !line.trim().is_empty() && !header(line));
        let documented = first.is_some_and(|line| line.starts_with("//! "));
        assert!(
            documented,
            "src/{} does not begin by saying what it is (//!)",
            source.path
        );
        let lines = source.text.lines().count();
        assert!(lines <= MOST_LINES, "src/{} has {lines} lines", source.path);
    }
}

fn allowed(source: &Source, path: &str) -> bool {
    let from = source.room();
    let to = path.split("::").next().unwrap_or_default();
    let own = from == to;
    let excepted = EXCEPTIONS
        .iter()
        .any(|(room, what, _)| *room == from && (path == *what || to == *what));
    let role = if is_edge(source) { "http" } else { from };
    let planned = ROOMS
        .iter()
        .filter(|room| room.name == role)
        .any(|room| room.may_import.contains(&to));
    own || excepted || planned
}

/// Whether the file is a feature's edge: `http.rs`, what stands in `http/`, and beside it `problems.rs` (the
/// feature's errors as problems) and `form.rs` (what it takes from a request that is no JSON).
fn is_edge(source: &Source) -> bool {
    let path = &source.path;
    let edges = ["/http.rs", "/problems.rs", "/form.rs"];
    edges.iter().any(|edge| path.ends_with(edge)) || path.contains("/http/")
}

struct Import {
    /// The first two names after `crate::`, as `people::access`.
    path: String,
    line: usize,
}

/// What the file takes from other rooms by `crate::…`; its unit tests are left out.
fn imports(source: &Source) -> Vec<Import> {
    if source.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let mut collector = Imports(Vec::new());
    collector.visit_file(&source.syntax);
    collector.0
}

struct Imports(Vec<Import>);

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Path>()
                    .is_ok_and(|what| what.is_ident("test"))
        });
        if !is_test {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let UseTree::Path(first) = &item.tree
            && first.ident == "crate"
        {
            self.rooms_of(&first.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names = path.segments.iter().map(|segment| &segment.ident);
        if names.next().is_some_and(|first| first == "crate") {
            let names: Vec<_> = names.take(2).collect();
            self.add(&names);
        }
        syn::visit::visit_path(self, path);
    }

    /// Macros' bodies are tokens: `crate :: room :: thing`.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.look_into(call.tokens.clone());
    }
}

impl Imports {
    fn add(&mut self, names: &[&proc_macro2::Ident]) {
        if let Some(first) = names.first() {
            let path: Vec<String> = names.iter().map(ToString::to_string).collect();
            self.0.push(Import {
                path: path.join("::"),
                line: first.span().start().line,
            });
        }
    }

    fn rooms_of(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(room) => {
                for thing in names(&room.tree) {
                    self.add(&[&room.ident, thing]);
                }
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.rooms_of(tree)),
            UseTree::Name(name) => self.add(&[&name.ident]),
            UseTree::Rename(name) => self.add(&[&name.ident]),
            UseTree::Glob(_) => {}
        }
    }

    fn look_into(&mut self, tokens: proc_macro2::TokenStream) {
        use proc_macro2::TokenTree;
        let mut names: Option<Vec<proc_macro2::Ident>> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident == "crate" => names = Some(Vec::new()),
                TokenTree::Ident(ident) => {
                    if let Some(names) = &mut names {
                        names.push(ident);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                other => {
                    self.add_owned(names.take());
                    if let TokenTree::Group(group) = other {
                        self.look_into(group.stream());
                    }
                }
            }
        }
        self.add_owned(names);
    }

    fn add_owned(&mut self, names: Option<Vec<proc_macro2::Ident>>) {
        let names = names.unwrap_or_default();
        let names: Vec<_> = names.iter().take(2).collect();
        self.add(&names);
    }
}

/// The first name of each branch.
fn names(tree: &UseTree) -> Vec<&proc_macro2::Ident> {
    match tree {
        UseTree::Path(path) => vec![&path.ident],
        UseTree::Name(name) => vec![&name.ident],
        UseTree::Rename(name) => vec![&name.ident],
        UseTree::Group(group) => group.items.iter().flat_map(names).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}

#[test]
fn imports_are_found_wherever_they_stand() {
    let text = "use crate::{clock::{At, Clock}, db};\n\
                fn f() -> crate::people::People { x!(a, crate::web::Problem::new()) }\n\
                #[cfg(test)] mod tests { use crate::app; }\n\
                pub(crate) struct S;";
    let source = Source {
        path: "feed/mod.rs".to_owned(),
        text: text.to_owned(),
        syntax: syn::parse_file(text).unwrap(),
    };
    let found: Vec<String> = imports(&source)
        .into_iter()
        .map(|import| import.path)
        .collect();
    assert_eq!(
        found,
        [
            "clock::At",
            "clock::Clock",
            "db",
            "people::People",
            "web::Problem"
        ]
    );
    assert!(allowed(&source, "people::People") && !allowed(&source, "web::Problem"));
}
