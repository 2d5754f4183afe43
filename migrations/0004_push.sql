-- Push: devices, and the outbox. A push exists as rows before any byte leaves.

CREATE TABLE devices (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    session_id uuid NOT NULL REFERENCES sessions (id),
    -- apns | fcm | webpush
    gateway text NOT NULL,
    -- APNs device token (hex), FCM registration token, or Web Push endpoint. Never logged.
    address text NOT NULL,
    -- production | development; APNs only
    apns_environment text,
    -- The device's P-256 public key (65 bytes, uncompressed) and authentication secret (16 bytes).
    p256dh bytea,
    auth_secret bytea,
    language text NOT NULL,
    app_version text NOT NULL,
    registered_at timestamptz NOT NULL,
    -- To the day.
    last_seen_at timestamptz NOT NULL,
    -- The gateway says that our environment or topic may be wrong: kept, not pushed to.
    quarantined_at timestamptz,
    removed_at timestamptz,
    -- signed_out | left | unregistered | replaced | taken_over | silent
    removed_because text
);
CREATE UNIQUE INDEX devices_by_address ON devices (gateway, address) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX devices_by_session ON devices (session_id) WHERE removed_at IS NULL;
CREATE INDEX devices_by_account ON devices (account_id) WHERE removed_at IS NULL;

CREATE TABLE push_messages (
    id uuid PRIMARY KEY,
    class text NOT NULL,
    -- 0 is served first.
    lane smallint NOT NULL,
    -- The envelope: texts by language, link, collapse id.
    envelope jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    -- When the gate is expected to open: from shortly before, the first deliveries are got ready.
    opens_at timestamptz NOT NULL,
    -- The gate: nothing leaves while this is NULL.
    opened_at timestamptz,
    expires_at timestamptz NOT NULL,
    -- Every delivery is settled.
    finished_at timestamptz
);
CREATE INDEX push_messages_unfinished ON push_messages (lane, id) WHERE finished_at IS NULL;

-- The people who are meant, with or without a device.
CREATE TABLE push_recipients (
    message_id uuid NOT NULL REFERENCES push_messages (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- 0: on duty, handed over before all others; 1: everybody else.
    rank smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (message_id, account_id)
);
CREATE INDEX push_recipients_by_account ON push_recipients (account_id, message_id);

CREATE TABLE deliveries (
    message_id uuid NOT NULL REFERENCES push_messages (id),
    device_id uuid NOT NULL REFERENCES devices (id),
    -- Whose device it was when it was staged: a report names people, and a phone may change hands.
    account_id uuid NOT NULL REFERENCES accounts (id),
    gateway text NOT NULL,
    attempts integer NOT NULL,
    -- Waiting: not before this instant; the earliest is served first, and what was never tried has one of
    -- two instants in 1970, by rank. Claimed: the lease's end. Settled: NULL.
    due_at timestamptz,
    claim_id uuid,
    outcome text,
    -- The gateway's own word.
    reason text,
    -- When the push that settled it was written to the gateway's connection; NULL if none was.
    sent_at timestamptz,
    -- When the gateway's answer that settled it was to hand.
    settled_at timestamptz,
    -- When the app showed it, as the app says; only classes that take receipts. Counted, never shown by name.
    displayed_at timestamptz,
    PRIMARY KEY (message_id, device_id)
);
CREATE INDEX deliveries_waiting ON deliveries (message_id, gateway, due_at)
    WHERE outcome IS NULL AND claim_id IS NULL;
CREATE INDEX deliveries_claimed ON deliveries (message_id, gateway, claim_id, due_at)
    WHERE claim_id IS NOT NULL;
CREATE INDEX deliveries_displayed ON deliveries (message_id, account_id) WHERE displayed_at IS NOT NULL;

-- What is left of a message that was finished long ago: figures, and no longer who. From here the report is
-- answered.
CREATE TABLE push_folds (
    message_id uuid PRIMARY KEY REFERENCES push_messages (id),
    folded_at timestamptz NOT NULL,
    -- Recipients, people by what became of them, receipts, and when devices were handed over.
    figures jsonb NOT NULL,
    -- Its deliveries and recipients are gone.
    emptied_at timestamptz
);
CREATE INDEX push_folds_unemptied ON push_folds (folded_at) WHERE emptied_at IS NULL;

-- Of these, the devices.
CREATE TABLE push_totals (
    message_id uuid NOT NULL REFERENCES push_folds (message_id),
    gateway text NOT NULL,
    outcome text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (message_id, gateway, outcome)
);
