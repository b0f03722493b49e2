-- Requests to join a group that are pending.
CREATE TABLE requests (
    group_number INTEGER NOT NULL REFERENCES groups (number) ON DELETE CASCADE,
    -- A LID or the JID of a number.
    jid          TEXT NOT NULL,
    -- An E.164 number. NULL: WhatsApp has not reported it.
    phone        INTEGER,
    -- When it was made. NULL: WhatsApp has not reported it.
    asked_at     INTEGER,
    PRIMARY KEY (group_number, jid)
) WITHOUT ROWID;

-- The number of rows takes the place of a number without people.
ALTER TABLE groups DROP COLUMN pending_requests;

-- When the requests were last listed. NULL: how many there are is not known.
ALTER TABLE groups ADD COLUMN requests_listed_at INTEGER;
