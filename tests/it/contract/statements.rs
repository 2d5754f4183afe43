// SPDX-License-Identifier: EUPL-1.2

//! Every SQL statement of the program is prepared by both databases. That stands in for the compile-time
//! check of sqlx's `query!`, which can type a text for one driver only.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use stadtfunk::db::{Db, Sql};
use syn::visit::Visit;

use super::sources::{Source, sources};
use crate::world::{Stage, both, people::same};

both!(every_statement_prepares);

async fn every_statement_prepares(stage: &Stage) {
    let statements: Vec<Statement> = sources().iter().flat_map(statements_of).collect();
    assert!(
        statements.len() >= 10,
        "the statements are found in the sources"
    );
    let db = Db::open(&stage.database.url)
        .await
        .expect("the database opens");
    let mut refused = Vec::new();
    for statement in statements {
        if let Err(error) = db.prepare(statement.sql).await {
            refused.push(format!("{}: {error}", statement.place));
        }
    }
    db.close().await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Set in `.cargo/config.toml`, which the environment may overrule. Without it SQLite compiles each statement with a
/// bound `LIMIT` anew whenever it is run.
#[tokio::test]
async fn sqlite_keeps_the_plan_of_a_statement_and_each_connection_its_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("options.db").display());
    let db = Db::open(&url).await.expect("the database opens");
    let options = db.query(same(
        "SELECT sqlite_compileoption_used('ENABLE_QPSG'),
                sqlite_compileoption_used('ENABLE_MEMORY_MANAGEMENT'),
                sqlite_compileoption_used('DEFAULT_MEMSTATUS=0')",
    ));
    let options: (i32, i32, i32) = options.one().await.expect("SQLite knows");
    assert_eq!(options, (1, 0, 1));
    db.close().await;
}

/// PostgreSQL may ask what stands behind `IN` again for every row, and so takes more of them than `LIMIT` says, and
/// takes long: it does where it has counted nothing of what was written a moment ago. An array is made once.
#[test]
fn what_is_taken_past_others_locks_is_asked_for_once() {
    let mut taking = 0;
    for source in sources() {
        for statement in statements_of(&source) {
            let text = statement.sql.postgres;
            if !text.contains("SKIP LOCKED") || text.trim_start().starts_with("SELECT") {
                continue;
            }
            taking += 1;
            assert!(text.contains("= ANY (ARRAY("), "{}", statement.place);
        }
    }
    assert!(taking > 2, "{taking} statements take something");
}

#[test]
fn sqlx_and_statements_are_known_to_the_database_room_and_the_stores_alone() {
    for ident in ["sqlx", "sql"] {
        let strangers: Vec<String> = sources()
            .iter()
            .filter(|source| !may_know_sql(&source.path))
            .filter(|source| {
                let mut finder = Finds {
                    ident,
                    found: false,
                };
                finder.visit_file(&source.syntax);
                finder.found
            })
            .map(|source| source.path.clone())
            .collect();
        assert!(
            strangers.is_empty(),
            "these speak of {ident}: {strangers:?}"
        );
    }
}

/// A room's own tests set their scene by statements too.
fn may_know_sql(path: &str) -> bool {
    path.starts_with("db/")
        || path.ends_with("/store.rs")
        || path.contains("/store/")
        || path.contains("/tests/")
}

/// A statement in the sources.
struct Statement {
    /// As `src/people/store.rs:31`.
    place: String,
    sql: Sql,
}

fn statements_of(source: &Source) -> Vec<Statement> {
    let mut calls = SqlCalls(Vec::new());
    calls.visit_file(&source.syntax);
    calls
        .0
        .into_iter()
        .map(|(line, tokens)| {
            let place = format!("src/{}:{line}", source.path);
            let (sqlite, postgres) =
                texts(tokens).unwrap_or_else(|what| panic!("{place}: sql! with {what}"));
            // Leaked: the program's statements are static, and these few end with the test.
            let sql = Sql {
                sqlite: sqlite.leak(),
                postgres: postgres.leak(),
            };
            Statement { place, sql }
        })
        .collect()
}

/// Both texts of `sql!("… " ["sqlite" | "postgres"] " …")`.
fn texts(tokens: TokenStream) -> Result<(String, String), String> {
    let (mut sqlite, mut postgres) = (String::new(), String::new());
    for part in tokens {
        match part {
            TokenTree::Literal(_) => {
                let text = literal(part)?;
                sqlite.push_str(&text);
                postgres.push_str(&text);
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                let mut parts = group.stream().into_iter();
                let (one, _bar, other) = (parts.next(), parts.next(), parts.next());
                sqlite.push_str(&literal(one.ok_or("an empty choice")?)?);
                postgres.push_str(&literal(other.ok_or("half a choice")?)?);
            }
            other => return Err(format!("{other}, which is no literal")),
        }
    }
    Ok((sqlite, postgres))
}

fn literal(token: TokenTree) -> Result<String, String> {
    syn::parse2::<syn::LitStr>(token.into())
        .map(|text| text.value())
        .map_err(|error| error.to_string())
}

/// The lines and tokens of every `sql!(…)`, wherever it stands: in an expression or in another macro.
struct SqlCalls(Vec<(usize, TokenStream)>);

impl<'ast> Visit<'ast> for SqlCalls {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last();
        if let Some(name) = name.filter(|name| name.ident == "sql") {
            self.0
                .push((name.ident.span().start().line, call.tokens.clone()));
        } else {
            self.look_into(call.tokens.clone());
        }
    }

    /// The macro's own definition is no call of it.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if !item.mac.path.is_ident("macro_rules") {
            self.visit_macro(&item.mac);
        }
    }
}

impl SqlCalls {
    fn look_into(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else {
                continue;
            };
            let name = index.checked_sub(2).map(|before| &tokens[before..index]);
            match name {
                Some([TokenTree::Ident(name), TokenTree::Punct(bang)])
                    if name == "sql" && bang.as_char() == '!' =>
                {
                    self.0.push((name.span().start().line, group.stream()));
                }
                _ => self.look_into(group.stream()),
            }
        }
    }
}

/// Whether an identifier stands anywhere in a file, in the tokens of macros and attributes too.
struct Finds {
    ident: &'static str,
    found: bool,
}

impl<'ast> Visit<'ast> for Finds {
    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.found |= ident == self.ident;
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(ident) => self.visit_ident(&ident),
                TokenTree::Group(group) => self.visit_token_stream(&group.stream()),
                _ => {}
            }
        }
    }
}

#[test]
fn both_texts_of_a_statement_are_read() {
    let call = r#"fn f() { json!({ "x": sql!("A " ["b" | "c"] " d") }); }"#;
    let mut calls = SqlCalls(Vec::new());
    calls.visit_file(&syn::parse_file(call).unwrap());
    let (line, tokens) = calls.0.remove(0);
    assert_eq!(
        (line, texts(tokens).unwrap()),
        (1, ("A b d".into(), "A c d".into()))
    );
    assert!(texts(r#""a" + b"#.parse().unwrap()).is_err());
}
