-- Opening hours of groups. A group that the account left, or that is not stored, keeps them.
CREATE TABLE schedules (
    session    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    group_jid  TEXT NOT NULL,
    -- An IANA time zone.
    zone       TEXT NOT NULL,
    -- JSON, as in the API.
    rules      TEXT NOT NULL,
    -- The last transition that was applied or given up. NULL: none yet.
    handled_at INTEGER,
    -- JSON, as in the API.
    last       TEXT,
    PRIMARY KEY (session, group_jid)
) WITHOUT ROWID;
