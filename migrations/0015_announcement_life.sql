-- The life of an announcement: when it ends, and what becomes of a T that was missed.

-- From then on nobody is disturbed with it and it is not listed as current. NULL: never.
ALTER TABLE announcements ADD COLUMN expires_at timestamptz;

-- How many seconds after T it may still be released by itself. NULL: what the configuration says for its class.
ALTER TABLE announcements ADD COLUMN max_lateness_seconds integer;
-- Held, and the T that was missed. It has no T then; both NULL again with a new one.
ALTER TABLE announcements ADD COLUMN held_at timestamptz;
ALTER TABLE announcements ADD COLUMN missed_at timestamptz;
CREATE INDEX announcements_held ON announcements (held_at) WHERE held_at IS NOT NULL;

-- As they were (0013_audiences.sql, 0012_press.sql), and when it expires, for whoever lists what is current.
DROP VIEW visible_announcements;
DROP VIEW press_announcements;

-- The embargo, in one place: who can know of which announcement. Whoever is in the audience today, and
-- whoever got it at the release, unless an exception means them today. Whatever answers a reader reads from
-- here and never from the table.
CREATE VIEW visible_announcements AS
SELECT n.id, n.class, n.released_at, n.expires_at, reader.id AS reader_id
FROM announcements n
JOIN accounts reader ON reader.left_at IS NULL AND (
    EXISTS (SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = n.audience_id AND meant.account_id = reader.id)
    OR (EXISTS (SELECT 1 FROM push_recipients got
                WHERE got.message_id = n.message_id AND got.account_id = reader.id)
        AND NOT EXISTS (SELECT 1 FROM audience_term_people excepted
                        WHERE excepted.audience_id = n.audience_id AND excepted.is_exception = true
                          AND excepted.account_id = reader.id)))
WHERE n.released_at IS NOT NULL AND n.withdrawn_at IS NULL;

-- The embargo for the press, in one place: what it may know. Whatever shows or sends an announcement to the press
-- reads from here and never from the table.
CREATE VIEW press_announcements AS
SELECT n.id, n.expires_at, p.opened_at
FROM announcements n JOIN press_rules p ON p.announcement_id = n.id
WHERE n.released_at IS NOT NULL AND n.withdrawn_at IS NULL AND p.opened_at IS NOT NULL;

-- Other words for what is released that wait for another editor's approval: one at a time. It is gone when it has
-- taken effect, when an editor drops it, and when the announcement is withdrawn.
CREATE TABLE announcement_proposals (
    announcement_id uuid PRIMARY KEY REFERENCES announcements (id),
    proposed_at timestamptz NOT NULL,
    proposed_by uuid NOT NULL REFERENCES accounts (id),
    silent boolean NOT NULL
);
CREATE TABLE announcement_proposal_texts (
    announcement_id uuid NOT NULL REFERENCES announcement_proposals (announcement_id),
    language text NOT NULL,
    note text NOT NULL,
    title text NOT NULL,
    push_text text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (announcement_id, language)
);
-- NULL: its class needed no second pair of eyes.
ALTER TABLE announcement_corrections ADD COLUMN approved_by uuid REFERENCES accounts (id);
