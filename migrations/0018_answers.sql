-- Answers: what an announcement asks of its readers, what they say, and how those who say nothing are reached.

-- For text messages alone, in the international form (E.164: "+4917012345678"); shown to nobody.
ALTER TABLE accounts ADD COLUMN mobile text;

-- Who is told when people of an office do not answer. An office without one has that of the office above.
CREATE TABLE org_unit_deputies (
    unit_id uuid PRIMARY KEY REFERENCES org_units (id),
    deputy_id uuid NOT NULL REFERENCES accounts (id),
    set_at timestamptz NOT NULL,
    set_by uuid NOT NULL REFERENCES accounts (id)
);

-- Of each office, the deputy who is nearest above it and has not left.
CREATE VIEW nearest_deputies AS
SELECT up.unit_id, named.deputy_id
FROM org_unit_ancestors up
JOIN org_unit_deputies named ON named.unit_id = up.ancestor_id
JOIN accounts person ON person.id = named.deputy_id AND person.left_at IS NULL
WHERE NOT EXISTS (
    SELECT 1 FROM org_unit_ancestors nearer
    JOIN org_unit_deputies other ON other.unit_id = nearer.ancestor_id
    JOIN accounts another ON another.id = other.deputy_id AND another.left_at IS NULL
    JOIN org_unit_ancestors above ON above.unit_id = nearer.ancestor_id
                                 AND above.ancestor_id = up.ancestor_id
    WHERE nearer.unit_id = up.unit_id AND nearer.ancestor_id <> up.ancestor_id);

-- No row: the announcement asks nothing.
CREATE TABLE announcement_questions (
    announcement_id uuid PRIMARY KEY REFERENCES announcements (id),
    -- read | coming | choices
    kind text NOT NULL,
    -- [{"de": …, "en": …}, …]; choices alone.
    choices jsonb,
    -- After the release; NULL: never.
    answer_within_minutes integer,
    remind_after_minutes integer,
    -- mail | sms
    otherwise_by text,
    otherwise_after_minutes integer,
    deputy_after_minutes integer,
    -- The first instant at which no answer is taken any more. NULL before the release, and where there is no end.
    closes_at timestamptz,
    -- Who answered what is gone; the totals speak.
    forgotten_at timestamptz,
    totals jsonb
);

-- What is done by the clock after the release, once each.
CREATE TABLE question_steps (
    announcement_id uuid NOT NULL REFERENCES announcement_questions (announcement_id),
    -- ask | remind | otherwise | deputy
    step text NOT NULL,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    -- How many people it was about.
    people bigint,
    -- Of these, for whom there is no deputy; deputy alone.
    without_deputy bigint,
    -- What push carries of it.
    message_id uuid REFERENCES push_messages (id),
    PRIMARY KEY (announcement_id, step)
);
CREATE INDEX question_steps_due ON question_steps (due_at) WHERE done_at IS NULL;

-- Who was asked, and what they have answered.
CREATE TABLE announcement_answers (
    announcement_id uuid NOT NULL REFERENCES announcement_questions (announcement_id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- read | coming | not_coming | coming_in | choice; NULL: nothing yet.
    answer text,
    -- coming_in alone.
    minutes smallint,
    -- choice alone; the first is 1.
    choice smallint,
    answered_at timestamptz,
    PRIMARY KEY (announcement_id, account_id)
);

-- What somebody is told beside push: whoever has not answered, or a deputy. The address is not kept here.
CREATE TABLE question_notices (
    id uuid PRIMARY KEY,
    announcement_id uuid NOT NULL REFERENCES announcement_questions (announcement_id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- otherwise | deputy
    step text NOT NULL,
    -- mail | sms
    way text NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    -- Waiting: not before this instant. Claimed: the lease's end. Settled: NULL.
    due_at timestamptz,
    claim_id uuid,
    -- delivered | answered | refused | gave_up | withdrawn | not_configured | no_address
    outcome text,
    -- The receiver's own word, of the last attempt.
    reason text,
    settled_at timestamptz
);
CREATE UNIQUE INDEX question_notices_once ON question_notices (announcement_id, account_id, step);
CREATE INDEX question_notices_waiting ON question_notices (way, due_at)
    WHERE outcome IS NULL AND due_at IS NOT NULL;
