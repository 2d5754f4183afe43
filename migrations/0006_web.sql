-- The edge's memory: answers to POST requests that named an Idempotency-Key.

CREATE TABLE idempotent_requests (
    account_id uuid NOT NULL REFERENCES accounts (id),
    key text NOT NULL,
    -- SHA-256 over method, path and body: the same key with another request is a mistake.
    request_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- NULL while the first request is still being answered.
    status smallint,
    headers jsonb,
    body bytea,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);
