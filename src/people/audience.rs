//! Who is meant: everybody, or org units with all below them.
//!
//! The one predicate for "is this person in that audience" is the SQL in [`IN_AUDIENCE`]'s words; every
//! feature's `store.rs` uses it in its own statements, so that lists are filtered by the database:
//!
//! ```sql
//! EXISTS (SELECT 1 FROM audiences a WHERE a.id = X.audience_id AND (a.everybody OR EXISTS (
//!     SELECT 1 FROM audience_units au JOIN org_unit_ancestors up ON up.ancestor_id = au.unit_id
//!     WHERE au.audience_id = a.id AND up.unit_id = $reader_unit)))
//! ```
