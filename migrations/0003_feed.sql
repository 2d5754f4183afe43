-- The feed: channels, posts, comments, reactions, and what moderators did.

CREATE TABLE channels (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    description text NOT NULL,
    -- editorial: editors post; open: everybody in the audience posts
    kind text NOT NULL,
    audience_id uuid NOT NULL REFERENCES audiences (id),
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES accounts (id),
    -- Read on, but nothing new is written.
    archived_at timestamptz
);

CREATE TABLE posts (
    id uuid PRIMARY KEY,
    channel_id uuid NOT NULL REFERENCES channels (id),
    author_id uuid NOT NULL REFERENCES accounts (id),
    -- Empty once the post is deleted: what somebody takes back is gone.
    text text NOT NULL,
    -- Beside the channel's audience: a reader must be in both.
    audience_id uuid NOT NULL REFERENCES audiences (id),
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    edited_by uuid REFERENCES accounts (id),
    pinned_at timestamptz,
    pinned_by uuid REFERENCES accounts (id),
    deleted_at timestamptz,
    deleted_by uuid REFERENCES accounts (id),
    -- Kept by whoever writes a comment or a reaction, in that transaction: a page of the feed is read a
    -- thousand times for each time that somebody reacts.
    comment_count integer NOT NULL DEFAULT 0,
    -- {"heart": 2, "like": 5}
    reaction_counts jsonb NOT NULL DEFAULT '{}'
);
-- Ids are UUIDv7: newest first is the id, descending. With the channel in it, one channel's page is
-- found in the index alone.
CREATE INDEX posts_newest ON posts (id, channel_id) WHERE deleted_at IS NULL;
CREATE INDEX posts_pinned ON posts (pinned_at) WHERE pinned_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX posts_by_author ON posts (author_id, id);

CREATE TABLE post_photos (
    post_id uuid NOT NULL REFERENCES posts (id),
    position smallint NOT NULL,
    -- A photo stands in one post, so that who may see it has one answer.
    photo_id uuid NOT NULL UNIQUE REFERENCES photos (id),
    PRIMARY KEY (post_id, position)
);

CREATE TABLE comments (
    id uuid PRIMARY KEY,
    post_id uuid NOT NULL REFERENCES posts (id),
    -- The comment that this one replies to, or this one itself: a thread has one level.
    thread_id uuid NOT NULL REFERENCES comments (id),
    author_id uuid NOT NULL REFERENCES accounts (id),
    -- Empty once the comment is deleted.
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    edited_by uuid REFERENCES accounts (id),
    deleted_at timestamptz,
    deleted_by uuid REFERENCES accounts (id)
);
CREATE INDEX comments_of_post ON comments (post_id, thread_id, id);
CREATE INDEX comments_of_thread ON comments (thread_id, id);

CREATE TABLE reactions (
    post_id uuid NOT NULL REFERENCES posts (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- like | heart | applause | laugh | thanks | sad
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (post_id, account_id)
);
CREATE INDEX reactions_by_kind ON reactions (post_id, kind);

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

-- Who may read what: the one place that says so. Every statement that shows a channel, a post or what
-- hangs on a post (comments, reactions, photos) asks one of these with both ids given.

-- Who is meant by an audience today.
CREATE VIEW audience_people AS
SELECT audience.id AS audience_id, person.id AS account_id
FROM audiences audience
JOIN accounts person ON person.left_at IS NULL AND (audience.everybody OR EXISTS (
    SELECT 1 FROM audience_units meant
    JOIN org_unit_ancestors above ON above.ancestor_id = meant.unit_id
    WHERE meant.audience_id = audience.id AND above.unit_id = person.unit_id));

CREATE VIEW channel_readers AS
SELECT channel.id AS channel_id, meant.account_id
FROM channels channel
JOIN audience_people meant ON meant.audience_id = channel.audience_id;

-- A post that is not deleted is read by whoever is in its audience and in its channel's, and by its
-- author: an editor who writes to the fire brigade alone must be able to correct it.
CREATE VIEW post_readers AS
SELECT post.id AS post_id, person.id AS account_id
FROM posts post
JOIN channels channel ON channel.id = post.channel_id
JOIN accounts person ON person.left_at IS NULL AND (person.id = post.author_id OR (
    EXISTS (SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = post.audience_id AND meant.account_id = person.id)
    AND (channel.audience_id = post.audience_id OR EXISTS (
            SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = channel.audience_id AND meant.account_id = person.id))))
WHERE post.deleted_at IS NULL;
