-- Quiet hours: when somebody's private phone is to be left in peace. Whoever has no row keeps the city's.
CREATE TABLE quiet_hours (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    -- A zone of the IANA database.
    zone text NOT NULL,
    -- The weekly windows in local time, as JSON; text, because those of many people are compared.
    week text NOT NULL,
    -- "Pause until".
    paused_until timestamptz,
    -- When it is not quiet any more after the pause: its end, or that of the window into which it runs.
    pause_ends_at timestamptz,
    -- Grows with every change.
    revision integer NOT NULL
);
CREATE INDEX quiet_hours_by_week ON quiet_hours (zone, week);
CREATE INDEX quiet_hours_by_pause ON quiet_hours (paused_until) WHERE paused_until IS NOT NULL;

-- How a message is handed to this person. Before the gate opens: by what is so at T; then until when it waits.
ALTER TABLE push_recipients ADD COLUMN quiet_until timestamptz;
ALTER TABLE push_recipients ADD COLUMN is_silent boolean NOT NULL DEFAULT false;
-- It was loud at T in the person's quiet hours.
ALTER TABLE push_recipients ADD COLUMN is_disturbed boolean NOT NULL DEFAULT false;

-- How many people with a phone it disturbs in their quiet hours.
ALTER TABLE push_messages ADD COLUMN disturbs bigint NOT NULL DEFAULT 0;

-- Waits, or has waited, for its owner's quiet to end then. NULL: it was due at T.
ALTER TABLE deliveries ADD COLUMN quiet_until timestamptz;
