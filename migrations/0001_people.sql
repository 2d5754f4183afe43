-- People: who is on the payroll, where they work, what they may do, and how they sign in.

CREATE TABLE org_units (
    id uuid PRIMARY KEY,
    -- The personnel office's own key (Organisationsnummer); stable across renamings.
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    parent_id uuid REFERENCES org_units (id),
    created_at timestamptz NOT NULL,
    -- No longer in the personnel office's file. Kept, because posts and reports name it.
    closed_at timestamptz
);

-- Each unit with itself and every unit above it: what "an office and all below it" is asked of.
CREATE TABLE org_unit_ancestors (
    unit_id uuid NOT NULL REFERENCES org_units (id),
    ancestor_id uuid NOT NULL REFERENCES org_units (id),
    PRIMARY KEY (unit_id, ancestor_id)
);
CREATE INDEX org_unit_ancestors_below ON org_unit_ancestors (ancestor_id, unit_id);

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    personnel_number text NOT NULL UNIQUE,
    given_name text NOT NULL,
    family_name text NOT NULL,
    -- "family given", without case and accents: what the directory searches and sorts by.
    sort_name text NOT NULL,
    job_title text,
    email text,
    unit_id uuid NOT NULL REFERENCES org_units (id),
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    -- First signed in; NULL again when somebody who had left comes back, until they join anew.
    joined_at timestamptz,
    -- No longer in the personnel office's file: no access, no devices, no pushes.
    left_at timestamptz
);
CREATE INDEX accounts_by_unit ON accounts (unit_id) WHERE left_at IS NULL;
CREATE INDEX accounts_by_name ON accounts (sort_name, id) WHERE left_at IS NULL;

-- What somebody may do beyond what every employee may: a record with who and when, for each time that it was
-- granted; held once at a time.
CREATE TABLE role_grants (
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL,
    granted_at timestamptz NOT NULL,
    -- NULL: granted on the server's command line.
    granted_by uuid REFERENCES accounts (id),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES accounts (id)
);
CREATE UNIQUE INDEX role_grants_held ON role_grants (account_id, role) WHERE revoked_at IS NULL;

CREATE TABLE join_codes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- first | recovery: whether redeeming it ends the person's other sessions.
    purpose text NOT NULL,
    code_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES accounts (id),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    -- A newer code was made, or the person left.
    revoked_at timestamptz
);
CREATE UNIQUE INDEX join_codes_active ON join_codes (account_id)
    WHERE used_at IS NULL AND revoked_at IS NULL;

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    token_hash bytea NOT NULL UNIQUE,
    -- As the app names the device: "Pixel 9", "Firefox on Linux".
    device_name text NOT NULL,
    created_at timestamptz NOT NULL,
    -- To the hour, so that reading leaves no trace of a person's day.
    last_seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- signed_out | revoked | recovered | idle | left
    ended_because text
);
CREATE INDEX sessions_by_account ON sessions (account_id) WHERE ended_at IS NULL;

-- Who is at work when: an alert reaches them before all others. A shift is forgotten soon after its end.
CREATE TABLE duties (
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- self | roster
    source text NOT NULL,
    starts_at timestamptz NOT NULL,
    -- The first instant off duty.
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, source, starts_at)
);
CREATE UNIQUE INDEX duties_by_oneself ON duties (account_id) WHERE source = 'self';

-- Who is meant by a channel, a post or an announcement. Never changed once made: whoever needs another
-- audience makes another row, so that "who was meant" stays true.
CREATE TABLE audiences (
    id uuid PRIMARY KEY,
    everybody boolean NOT NULL
);
CREATE TABLE audience_units (
    audience_id uuid NOT NULL REFERENCES audiences (id),
    unit_id uuid NOT NULL REFERENCES org_units (id),
    PRIMARY KEY (audience_id, unit_id)
);
