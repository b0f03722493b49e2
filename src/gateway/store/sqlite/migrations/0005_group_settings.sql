-- NULL in the first five: not known yet, since the group was stored by an earlier version.
ALTER TABLE groups ADD COLUMN kind TEXT;
ALTER TABLE groups ADD COLUMN community TEXT;
ALTER TABLE groups ADD COLUMN invite_by TEXT;
ALTER TABLE groups ADD COLUMN join_approval INTEGER;
ALTER TABLE groups ADD COLUMN add_by TEXT;
ALTER TABLE groups ADD COLUMN ephemeral_seconds INTEGER;
-- How many requests to join were pending when they were last read. NULL: never read.
ALTER TABLE groups ADD COLUMN pending_requests INTEGER;
-- Whether WhatsApp lists only some of the members; participant_count is then its own number.
ALTER TABLE groups ADD COLUMN is_partial INTEGER NOT NULL DEFAULT 0;
