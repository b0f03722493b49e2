-- An E.164 number. NULL: WhatsApp has not reported it.
ALTER TABLE members ADD COLUMN phone INTEGER;

-- How the member came: 'link', 'added' or 'approved'. NULL: not seen.
ALTER TABLE members ADD COLUMN joined_via TEXT;

-- What people are called as one session's account knows them, members of a group or not.
CREATE TABLE people (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- A LID or the JID of a number.
    jid     TEXT NOT NULL,
    name    TEXT NOT NULL,
    -- The rank of the name's source: 0 push name, 1 business, 2 contact of the phone.
    source  INTEGER NOT NULL,
    PRIMARY KEY (session, jid)
) WITHOUT ROWID;
