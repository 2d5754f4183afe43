-- The change log. Positions are given before the commit, so a reader stays below the oldest transaction
-- that still runs (pg_snapshot_xmin) and thereby never skips one that commits late.
CREATE TABLE changes (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
