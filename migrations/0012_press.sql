-- The press: whether and by which rule it is served of an announcement, and what became of it.

-- No row: the press gets nothing.
CREATE TABLE press_rules (
    announcement_id uuid PRIMARY KEY REFERENCES announcements (id),
    -- same_instant | staff_first
    rule text NOT NULL,
    -- Of the reachable phones, that gateways must have accepted; staff_first alone.
    share_percent smallint,
    -- After the release, whatever the share; staff_first alone.
    at_latest_seconds integer,
    -- When the press opens at the latest. NULL before the release.
    opens_by timestamptz,
    -- When it was opened, and by what: release | share | time.
    opened_at timestamptz,
    opened_because text
);
CREATE INDEX press_rules_waiting ON press_rules (opens_by) WHERE opens_by IS NOT NULL AND opened_at IS NULL;

-- Written in the transaction that releases (or withdraws), before any byte leaves.
CREATE TABLE press_deliveries (
    id uuid PRIMARY KEY,
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    -- web_hook | mail | page
    channel text NOT NULL,
    -- A mail address; empty for the others, of which there is one each.
    recipient text NOT NULL,
    -- released | corrected | withdrawn
    event text NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    -- Waiting: not before this instant, NULL while the press is not opened. Claimed: the lease's end.
    -- Settled: NULL.
    due_at timestamptz,
    claim_id uuid,
    -- delivered | refused | gave_up | withdrawn | not_configured
    outcome text,
    -- The receiver's own word, of the last attempt.
    reason text,
    -- When the attempt began that the receiver accepted.
    sent_at timestamptz,
    settled_at timestamptz
);
-- Only a correction can be made twice.
CREATE UNIQUE INDEX press_deliveries_once ON press_deliveries (announcement_id, channel, recipient, event)
    WHERE event <> 'corrected';
CREATE INDEX press_deliveries_of ON press_deliveries (announcement_id, channel, recipient);
CREATE INDEX press_deliveries_waiting ON press_deliveries (channel, due_at)
    WHERE outcome IS NULL AND due_at IS NOT NULL;

-- The embargo for the press, in one place: what it may know. Whatever shows or sends an announcement to the press
-- reads from here and never from the table.
CREATE VIEW press_announcements AS
SELECT n.id, p.opened_at
FROM announcements n JOIN press_rules p ON p.announcement_id = n.id
WHERE n.released_at IS NOT NULL AND n.withdrawn_at IS NULL AND p.opened_at IS NOT NULL;
