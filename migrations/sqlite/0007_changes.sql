-- The change log. One writer at a time: positions are in the order of the commits.
CREATE TABLE changes (
    position integer PRIMARY KEY AUTOINCREMENT,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL
);
