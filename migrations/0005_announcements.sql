-- Announcements: what the communications team sends with push, at an instant.

CREATE TABLE announcements (
    id uuid PRIMARY KEY,
    -- news | important | alert
    class text NOT NULL,
    audience_id uuid NOT NULL REFERENCES audiences (id),
    -- Grows with every change; an editor's write names the one it has seen.
    revision integer NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES accounts (id),
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL REFERENCES accounts (id),
    -- T, and who set it when. NULL: a draft.
    release_at timestamptz,
    scheduled_at timestamptz,
    scheduled_by uuid REFERENCES accounts (id),
    -- What push carries at T, staged before it; NULL again after every change.
    message_id uuid REFERENCES push_messages (id),
    -- The one transaction that makes it visible and opens the gate.
    released_at timestamptz,
    -- Only what was released is withdrawn; what was not is deleted.
    withdrawn_at timestamptz,
    withdrawn_by uuid REFERENCES accounts (id)
);
CREATE INDEX announcements_due ON announcements (release_at)
    WHERE release_at IS NOT NULL AND released_at IS NULL;
CREATE INDEX announcements_newest ON announcements (released_at, id)
    WHERE released_at IS NOT NULL AND withdrawn_at IS NULL;

CREATE TABLE announcement_texts (
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    language text NOT NULL,
    title text NOT NULL,
    -- What the lock screen shows.
    push_text text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (announcement_id, language)
);

CREATE TABLE announcement_photos (
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    position smallint NOT NULL,
    photo_id uuid NOT NULL REFERENCES photos (id),
    PRIMARY KEY (announcement_id, position)
);
CREATE UNIQUE INDEX announcement_photos_by_photo ON announcement_photos (photo_id);

-- The embargo, in one place: which announcements the people of a unit can know of. Whatever answers a
-- reader reads from here and never from the table.
CREATE VIEW visible_announcements AS
SELECT n.id, n.class, n.released_at, u.id AS reader_unit_id
FROM announcements n
JOIN audiences a ON a.id = n.audience_id
JOIN org_units u ON a.everybody OR EXISTS (
    SELECT 1 FROM audience_units au JOIN org_unit_ancestors up ON up.ancestor_id = au.unit_id
    WHERE au.audience_id = a.id AND up.unit_id = u.id)
WHERE n.released_at IS NOT NULL AND n.withdrawn_at IS NULL;
