-- The feed: channels, posts, comments, reactions.

CREATE TABLE channels (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    description text NOT NULL,
    -- editorial: editors post; open: everybody in the audience posts
    kind text NOT NULL,
    audience_id uuid NOT NULL REFERENCES audiences (id),
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES accounts (id),
    archived_at timestamptz
);

CREATE TABLE posts (
    id uuid PRIMARY KEY,
    channel_id uuid NOT NULL REFERENCES channels (id),
    author_id uuid NOT NULL REFERENCES accounts (id),
    text text NOT NULL,
    -- Within the channel's audience: a reader must be in both.
    audience_id uuid NOT NULL REFERENCES audiences (id),
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    edited_by uuid REFERENCES accounts (id),
    pinned_at timestamptz,
    pinned_by uuid REFERENCES accounts (id),
    deleted_at timestamptz,
    deleted_by uuid REFERENCES accounts (id)
);
-- Ids are UUIDv7: newest first is the id, descending.
CREATE INDEX posts_newest ON posts (id) WHERE deleted_at IS NULL;
CREATE INDEX posts_newest_in_channel ON posts (channel_id, id) WHERE deleted_at IS NULL;
CREATE INDEX posts_pinned ON posts (pinned_at) WHERE pinned_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX posts_by_author ON posts (author_id, id);

CREATE TABLE post_photos (
    post_id uuid NOT NULL REFERENCES posts (id),
    position smallint NOT NULL,
    photo_id uuid NOT NULL REFERENCES photos (id),
    PRIMARY KEY (post_id, position)
);
CREATE INDEX post_photos_by_photo ON post_photos (photo_id);

CREATE TABLE comments (
    id uuid PRIMARY KEY,
    post_id uuid NOT NULL REFERENCES posts (id),
    -- A reply's comment: one level, so this one's parent is NULL.
    parent_id uuid REFERENCES comments (id),
    author_id uuid NOT NULL REFERENCES accounts (id),
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    edited_by uuid REFERENCES accounts (id),
    deleted_at timestamptz,
    deleted_by uuid REFERENCES accounts (id)
);
CREATE INDEX comments_of_post ON comments (post_id, id);
CREATE INDEX comments_replies ON comments (parent_id, id) WHERE parent_id IS NOT NULL;

CREATE TABLE reactions (
    post_id uuid NOT NULL REFERENCES posts (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (post_id, account_id)
);

-- What a moderator did to somebody else's words, and what they were.
CREATE TABLE moderations (
    id uuid PRIMARY KEY,
    moderator_id uuid NOT NULL REFERENCES accounts (id),
    -- post | comment
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    author_id uuid NOT NULL REFERENCES accounts (id),
    -- edited | deleted
    action text NOT NULL,
    reason text NOT NULL,
    text_before text NOT NULL,
    at timestamptz NOT NULL
);
