-- How far a reader of the change log has come.
CREATE TABLE change_readers (
    name text PRIMARY KEY,
    position bigint NOT NULL
);
