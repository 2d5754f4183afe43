-- The second pair of eyes.

-- Who last changed words, audience, class or photos. NULL: nobody since it was drafted.
ALTER TABLE announcements ADD COLUMN edited_by uuid REFERENCES accounts (id);
UPDATE announcements SET edited_by = updated_by WHERE revision > 1;
-- Laid before the others. NULL: still being written, or released without.
ALTER TABLE announcements ADD COLUMN submitted_at timestamptz;
ALTER TABLE announcements ADD COLUMN submitted_by uuid REFERENCES accounts (id);
-- Approved as it stood in that revision; NULL again with every change of what was approved.
ALTER TABLE announcements ADD COLUMN approved_at timestamptz;
ALTER TABLE announcements ADD COLUMN approved_by uuid REFERENCES accounts (id);
ALTER TABLE announcements ADD COLUMN approved_revision integer;
