-- The audit log: who did what to what, each entry chained to the one before by its hash.
CREATE TABLE audit_entries (
    -- 1, 2, 3 … without a gap.
    position bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    -- NULL: the program itself. No reference, because an entry outlives what it tells of.
    actor_id uuid,
    subject_id uuid NOT NULL,
    -- A JSON object, as text: the very bytes that were hashed.
    details text NOT NULL,
    -- SHA-256 of the entry's canonical form, in which the hash before stands.
    hash bytea NOT NULL
);

-- The last entry. Whoever writes holds this row until the commit, so positions are in the order of the
-- commits and none is missing.
CREATE TABLE audit_head (
    id smallint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '');
