-- Social notices: who is to hear of comments, and who wants none.

-- One for a person and a post, for as long as comments come in.
CREATE TABLE social_notices (
    account_id uuid NOT NULL REFERENCES accounts (id),
    post_id uuid NOT NULL REFERENCES posts (id),
    -- Comments that are older are not counted.
    since timestamptz NOT NULL,
    -- When the last one was written.
    last_at timestamptz NOT NULL,
    -- When the person is to be told. NULL: they know.
    due_at timestamptz,
    -- It waits for their quiet to end, or for their duty to begin.
    is_held boolean NOT NULL DEFAULT false,
    -- Not told again before this instant: so that a flood of comments is a few pushes.
    not_before timestamptz,
    -- How often they were told since then.
    times integer NOT NULL DEFAULT 0,
    -- What they were told last, and whose comment's words stand in it.
    message_id uuid,
    comment_id uuid,
    told_at timestamptz,
    -- When it was last heard. NULL: it was not.
    rung_at timestamptz,
    PRIMARY KEY (account_id, post_id)
);
CREATE INDEX social_notices_due ON social_notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX social_notices_by_post ON social_notices (post_id);
CREATE INDEX social_notices_by_comment ON social_notices (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX social_notices_by_message ON social_notices (message_id) WHERE message_id IS NOT NULL;

-- Who wants to hear nothing of comments.
CREATE TABLE social_notices_off (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    since timestamptz NOT NULL
);

CREATE INDEX comments_newest ON comments (post_id, created_at);

-- How far a room that does something about the change log has read it.
CREATE TABLE change_readers (
    name text PRIMARY KEY,
    turn bigint NOT NULL,
    nth integer NOT NULL
);
