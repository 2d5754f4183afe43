-- Files: documents that announcements carry. The bytes are in the object store.

CREATE TABLE files (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES accounts (id),
    -- As whoever fetches it finds it in their folder.
    name text NOT NULL,
    -- pdf | docx | xlsx | odt | ods | ics | csv | txt
    kind text NOT NULL,
    bytes bigint NOT NULL,
    object_key text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX files_by_owner ON files (owner_id, created_at);

CREATE TABLE announcement_files (
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    position smallint NOT NULL,
    file_id uuid NOT NULL REFERENCES files (id),
    title text NOT NULL,
    -- Whether the press gets it too.
    for_press boolean NOT NULL,
    PRIMARY KEY (announcement_id, position)
);
CREATE UNIQUE INDEX announcement_files_by_file ON announcement_files (file_id);

-- Photos were not given to the press until now, and whoever attached one knew that.
ALTER TABLE announcement_photos ADD COLUMN for_press boolean NOT NULL DEFAULT false;
