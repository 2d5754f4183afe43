-- The change log as phones read it: in one order on both databases, in which nothing comes to stand before what was
-- read already.

-- Nobody has read the old log yet, and phones begin at the end of the new one.
DROP TABLE change_readers;
DROP TABLE changes;

CREATE TABLE changes (
    -- PostgreSQL: the transaction that wrote the line. Transactions begin in this order and commit in any, so a
    -- reader stays below the oldest that still runs. SQLite, one writer at a time: one more than the line before.
    turn bigint NOT NULL,
    -- Among the lines of one transaction.
    nth integer NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (turn, nth)
);

-- What seals the positions that phones keep, so that they tell nothing. One row.
CREATE TABLE change_log_secret (
    id smallint PRIMARY KEY,
    secret bytea NOT NULL
);

-- Who may know of a thing, or might until it was deleted or withdrawn: to them alone it is said that it is gone.
-- The views that readers ask are made of these, so that each predicate stands in one place.

DROP VIEW post_readers;
CREATE VIEW post_people AS
SELECT post.id AS post_id, post.deleted_at, person.id AS account_id
FROM posts post
JOIN channels channel ON channel.id = post.channel_id
JOIN accounts person ON person.left_at IS NULL AND (person.id = post.author_id OR (
    EXISTS (SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = post.audience_id AND meant.account_id = person.id)
    AND (channel.audience_id = post.audience_id OR EXISTS (
            SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = channel.audience_id AND meant.account_id = person.id))));

CREATE VIEW post_readers AS
SELECT post_id, account_id FROM post_people WHERE deleted_at IS NULL;

DROP VIEW visible_announcements;
CREATE VIEW announcement_people AS
SELECT n.id, n.class, n.released_at, n.expires_at, n.withdrawn_at, reader.id AS reader_id
FROM announcements n
JOIN accounts reader ON reader.left_at IS NULL AND (
    EXISTS (SELECT 1 FROM audience_people meant
            WHERE meant.audience_id = n.audience_id AND meant.account_id = reader.id)
    OR (EXISTS (SELECT 1 FROM push_recipients got
                WHERE got.message_id = n.message_id AND got.account_id = reader.id)
        AND NOT EXISTS (SELECT 1 FROM audience_term_people excepted
                        WHERE excepted.audience_id = n.audience_id AND excepted.is_exception = true
                          AND excepted.account_id = reader.id)))
WHERE n.released_at IS NOT NULL;

-- The embargo, in one place (0015_announcement_life.sql).
CREATE VIEW visible_announcements AS
SELECT id, class, released_at, expires_at, reader_id FROM announcement_people WHERE withdrawn_at IS NULL;
