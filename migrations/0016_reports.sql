-- The release report as it stood when the release was over: written once, never changed. What happens later stands in the
-- rows of its own: corrections, the withdrawal, what the press was told of these, receipts.
CREATE TABLE release_reports (
    announcement_id uuid PRIMARY KEY REFERENCES announcements (id),
    written_at timestamptz NOT NULL,
    -- JSON, as text: the very bytes whose SHA-256 the audit log has.
    report text NOT NULL
);
