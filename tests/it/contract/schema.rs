// SPDX-License-Identifier: EUPL-1.2

//! Both databases have the same schema: tables, columns with whether they may be NULL, and indexes.

use std::collections::{BTreeMap, BTreeSet};

use stadtfunk::db::{Db, Sql};

use crate::world::{Database, people::same};

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let Some(postgres) = Database::postgres().await else {
        return;
    };
    let sqlite = Database::sqlite().await;
    let small = schema(&sqlite, &SQLITE).await;
    let large = schema(&postgres, &POSTGRES).await;
    let only_one: Vec<_> = small.symmetric_difference(&large).collect();
    assert!(only_one.is_empty(), "on one database only: {only_one:#?}");
    assert!(small.len() > 100, "the schema is found");
    postgres.drop().await;
}

/// How a database is asked for its schema.
struct Catalogue {
    /// Table, column, whether NULL is allowed.
    columns: &'static str,
    /// Table, index, whether it is unique, column, in the order of the columns.
    indexes: &'static str,
}

static SQLITE: Catalogue = Catalogue {
    columns: "SELECT t.name, c.name, c.\"notnull\" = 0 AND c.pk = 0
              FROM sqlite_schema t JOIN pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    indexes: "SELECT t.name, i.name, i.\"unique\" = 1, c.name
              FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
              WHERE t.type = 'table' AND i.origin = 'c' ORDER BY i.name, c.seqno",
};

static POSTGRES: Catalogue = Catalogue {
    columns: "SELECT CAST(table_name AS text), CAST(column_name AS text), is_nullable = 'YES'
              FROM information_schema.columns c WHERE table_schema = 'public'
                AND NOT EXISTS (SELECT 1 FROM information_schema.views v
                                WHERE v.table_schema = 'public' AND v.table_name = c.table_name)",
    indexes: "SELECT CAST(t.relname AS text), CAST(i.relname AS text), x.indisunique,
                     CAST(c.attname AS text)
              FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
              JOIN pg_class t ON t.oid = x.indrelid
              JOIN pg_namespace n ON n.oid = t.relnamespace
              JOIN pg_attribute c ON c.attrelid = i.oid
              WHERE n.nspname = 'public' AND NOT EXISTS (
                  SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u'))
              ORDER BY i.relname, c.attnum",
};

/// A line for each column and each index.
async fn schema(database: &Database, catalogue: &Catalogue) -> BTreeSet<String> {
    let db = Db::open(&database.url).await.expect("the database opens");
    let columns: Vec<(String, String, bool)> = rows(&db, same(catalogue.columns)).await;
    let parts: Vec<(String, String, bool, String)> = rows(&db, same(catalogue.indexes)).await;
    db.close().await;
    let mut indexes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, index, unique, column) in parts {
        let unique = if unique { "unique index" } else { "index" };
        indexes
            .entry(format!("{unique} {index} on {table}"))
            .or_default()
            .push(column);
    }
    let columns = columns.into_iter().map(|(table, column, nullable)| {
        format!(
            "{table}.{column}{}",
            if nullable { "" } else { " NOT NULL" }
        )
    });
    let indexes = indexes
        .into_iter()
        .map(|(index, columns)| format!("{index} {columns:?}"));
    columns
        .chain(indexes)
        // sqlx's own table of what was migrated.
        .filter(|line| !line.starts_with("_sqlx_migrations"))
        .collect()
}

async fn rows<T: stadtfunk::db::Row>(db: &Db, question: Sql) -> Vec<T> {
    db.query(question)
        .all()
        .await
        .expect("the catalogue answers")
}
