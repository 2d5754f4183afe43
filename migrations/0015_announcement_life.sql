-- A release that no server was there for: how late it may be, and what was held because it was later.

-- How many seconds after T it may still be released by itself. NULL: what the configuration says for its class.
ALTER TABLE announcements ADD COLUMN max_lateness_seconds integer;
-- Held, and the T that was missed. It has no T then; both NULL again with a new one.
ALTER TABLE announcements ADD COLUMN held_at timestamptz;
ALTER TABLE announcements ADD COLUMN missed_at timestamptz;
CREATE INDEX announcements_held ON announcements (held_at) WHERE held_at IS NOT NULL;
