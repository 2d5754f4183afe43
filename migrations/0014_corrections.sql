-- Corrections: a released announcement gets other words, and those that stood before are kept for editors.

CREATE TABLE announcement_corrections (
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    -- The first is 1.
    number integer NOT NULL,
    corrected_at timestamptz NOT NULL,
    corrected_by uuid NOT NULL REFERENCES accounts (id),
    -- Phones show it without sound and without waking anybody.
    silent boolean NOT NULL,
    -- What push carries of it, in the place of the messages before.
    message_id uuid NOT NULL REFERENCES push_messages (id),
    PRIMARY KEY (announcement_id, number)
);

CREATE TABLE announcement_correction_texts (
    announcement_id uuid NOT NULL,
    number integer NOT NULL,
    language text NOT NULL,
    -- What was corrected, for readers.
    note text NOT NULL,
    -- The words that stood until then.
    title text NOT NULL,
    push_text text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (announcement_id, number, language),
    FOREIGN KEY (announcement_id, number) REFERENCES announcement_corrections (announcement_id, number)
);

-- What takes a withdrawn announcement's notification down; NULL if no phone had got it.
ALTER TABLE announcements ADD COLUMN removal_id uuid REFERENCES push_messages (id);
