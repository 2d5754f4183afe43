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
    -- What push carries at T, staged before it.
    message_id uuid REFERENCES push_messages (id),
    -- The one transaction that makes it visible and opens the gate.
    released_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by uuid REFERENCES accounts (id)
);
CREATE INDEX announcements_due ON announcements (release_at)
    WHERE release_at IS NOT NULL AND released_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX announcements_newest ON announcements (released_at, id) WHERE released_at IS NOT NULL;

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
CREATE INDEX announcement_photos_by_photo ON announcement_photos (photo_id);
