-- Audiences beyond everybody and org units: places of work, job titles, who is on duty, saved groups, and
-- unions and exceptions of these.

-- Where somebody works, as the personnel office writes it. The keys are the words without case, made by the
-- program: databases fold ASCII at best.
ALTER TABLE accounts ADD COLUMN location text;
ALTER TABLE accounts ADD COLUMN location_key text;
ALTER TABLE accounts ADD COLUMN job_title_key text;
-- As the program would fold what stands in German job titles.
UPDATE accounts SET job_title_key = lower(replace(replace(replace(replace(replace(job_title,
    'Ä', 'ä'), 'Ö', 'ö'), 'Ü', 'ü'), 'ß', 'ss'), 'ẞ', 'ss'))
WHERE job_title IS NOT NULL;
CREATE INDEX accounts_by_location ON accounts (location_key) WHERE left_at IS NULL;
CREATE INDEX accounts_by_job_title ON accounts (job_title_key) WHERE left_at IS NULL;

-- A composed audience as its editor said it; NULL: everybody, or the units of audience_units. What the
-- database asks of a composed one stands in the tables below, written with it and never changed.
ALTER TABLE audiences ADD COLUMN said jsonb;

-- A person is in a composed audience who is in at least one of its terms and in none of those that are
-- exceptions. The first terms are what the audience itself names; each group that it names is one more, as
-- the group was when the audience was stored.
CREATE TABLE audience_terms (
    audience_id uuid NOT NULL REFERENCES audiences (id),
    term smallint NOT NULL,
    is_exception boolean NOT NULL,
    PRIMARY KEY (audience_id, term)
);
-- A person is in a term whom at least one of its clauses means and none that the group excepts.
CREATE TABLE audience_term_units (
    audience_id uuid NOT NULL,
    term smallint NOT NULL,
    excepted boolean NOT NULL,
    unit_id uuid NOT NULL REFERENCES org_units (id),
    PRIMARY KEY (audience_id, term, excepted, unit_id),
    FOREIGN KEY (audience_id, term) REFERENCES audience_terms (audience_id, term)
);
CREATE TABLE audience_term_words (
    audience_id uuid NOT NULL,
    term smallint NOT NULL,
    excepted boolean NOT NULL,
    -- everybody | location | job_title | on_duty
    kind text NOT NULL,
    -- The key of the location or the job title; empty for the others.
    word text NOT NULL,
    PRIMARY KEY (audience_id, term, excepted, kind, word),
    FOREIGN KEY (audience_id, term) REFERENCES audience_terms (audience_id, term)
);
-- Who is on duty at T, for an audience that asks it: written anew until the release, then kept, because a
-- shift is forgotten soon after its end and who was meant stays true.
CREATE TABLE audience_on_duty (
    audience_id uuid NOT NULL REFERENCES audiences (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (audience_id, account_id)
);

-- Audiences that editors keep under a name.
CREATE TABLE audience_groups (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- The name without case: two groups that differ in capitals are one mistake.
    name_key text NOT NULL UNIQUE,
    audience jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES accounts (id),
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL REFERENCES accounts (id)
);

DROP VIEW visible_announcements;
DROP VIEW post_readers;
DROP VIEW channel_readers;
DROP VIEW audience_people;

-- Who is in which term. Every question is one look into a key, so that many people are asked fast.
-- (CROSS JOIN: SQLite keeps to that order.)
CREATE VIEW audience_term_people AS
SELECT term.audience_id, term.is_exception, person.id AS account_id
FROM audience_terms term
CROSS JOIN accounts person
WHERE (EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = false AND meant.kind = 'everybody' AND meant.word = '')
    OR EXISTS (SELECT 1 FROM org_unit_ancestors above
               CROSS JOIN audience_term_units meant
               WHERE above.unit_id = person.unit_id AND meant.audience_id = term.audience_id
                 AND meant.term = term.term AND meant.excepted = false
                 AND meant.unit_id = above.ancestor_id)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = false AND meant.kind = 'location' AND meant.word = person.location_key)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = false AND meant.kind = 'job_title' AND meant.word = person.job_title_key)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               CROSS JOIN audience_on_duty duty
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = false AND meant.kind = 'on_duty' AND meant.word = ''
                 AND duty.audience_id = term.audience_id AND duty.account_id = person.id))
AND NOT (EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = true AND meant.kind = 'everybody' AND meant.word = '')
    OR EXISTS (SELECT 1 FROM org_unit_ancestors above
               CROSS JOIN audience_term_units meant
               WHERE above.unit_id = person.unit_id AND meant.audience_id = term.audience_id
                 AND meant.term = term.term AND meant.excepted = true
                 AND meant.unit_id = above.ancestor_id)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = true AND meant.kind = 'location' AND meant.word = person.location_key)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = true AND meant.kind = 'job_title' AND meant.word = person.job_title_key)
    OR EXISTS (SELECT 1 FROM audience_term_words meant
               CROSS JOIN audience_on_duty duty
               WHERE meant.audience_id = term.audience_id AND meant.term = term.term
                 AND meant.excepted = true AND meant.kind = 'on_duty' AND meant.word = ''
                 AND duty.audience_id = term.audience_id AND duty.account_id = person.id));

-- Who is meant by an audience today: the one predicate. Staging, counting, the feed and the readers of
-- announcements ask it.
CREATE VIEW audience_people AS
SELECT audience.id AS audience_id, person.id AS account_id
FROM audiences audience
JOIN accounts person ON person.left_at IS NULL AND (audience.everybody OR EXISTS (
    SELECT 1 FROM audience_units meant
    JOIN org_unit_ancestors above ON above.ancestor_id = meant.unit_id
    WHERE meant.audience_id = audience.id AND above.unit_id = person.unit_id)
OR (audience.said IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM audience_term_people meant
        WHERE meant.audience_id = audience.id AND meant.is_exception = false
          AND meant.account_id = person.id)
    AND NOT EXISTS (
        SELECT 1 FROM audience_term_people meant
        WHERE meant.audience_id = audience.id AND meant.is_exception = true
          AND meant.account_id = person.id)));

-- As they were (0003_feed.sql).
CREATE VIEW channel_readers AS
SELECT channel.id AS channel_id, meant.account_id
FROM channels channel
JOIN audience_people meant ON meant.audience_id = channel.audience_id;

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

-- The embargo, in one place: who can know of which announcement. Whoever is in the audience today, and
-- whoever got it at the release, unless an exception means them today. Whatever answers a reader reads from
-- here and never from the table.
CREATE VIEW visible_announcements AS
SELECT n.id, n.class, n.released_at, reader.id AS reader_id
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
