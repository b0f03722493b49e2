-- Every time is milliseconds since the Unix epoch; every id is a ULID unless said otherwise.

CREATE TABLE organizations (
    id         TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    id                 TEXT PRIMARY KEY,
    organization       TEXT NOT NULL REFERENCES organizations (id),
    label              TEXT,
    -- What the operator wants, as against `status`, which is how it stands.
    should_run         INTEGER NOT NULL,
    status             TEXT NOT NULL,
    status_reason      TEXT,
    phone_number       TEXT,
    wa_jid             TEXT,
    wa_lid             TEXT,
    auto_read          INTEGER NOT NULL,
    presence_typing    INTEGER NOT NULL,
    rate_per_min       INTEGER NOT NULL,
    rate_per_hour      INTEGER NOT NULL,
    created_by_user_id TEXT,
    last_connected_at  INTEGER,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE groups (
    number            INTEGER PRIMARY KEY,
    id                TEXT NOT NULL,
    session           TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    jid               TEXT NOT NULL,
    subject           TEXT NOT NULL,
    description       TEXT NOT NULL,
    owner             TEXT,
    announce          INTEGER NOT NULL,
    locked            INTEGER NOT NULL,
    participant_count INTEGER NOT NULL,
    -- The role of the session's own account; `none` once it is out.
    my_role           TEXT NOT NULL,
    created_at_wa     INTEGER,
    first_seen_at     INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (session, jid)
);

CREATE TABLE members (
    group_number  INTEGER NOT NULL REFERENCES groups (number) ON DELETE CASCADE,
    lid           TEXT NOT NULL,
    role          TEXT NOT NULL,
    is_me         INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    PRIMARY KEY (group_number, lid)
) WITHOUT ROWID;

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (id),
    -- SHA-256 of the secret; the secret itself is nowhere.
    hash         BLOB NOT NULL UNIQUE,
    label        TEXT,
    -- Words separated by blanks.
    capabilities TEXT NOT NULL,
    disabled     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER
) WITHOUT ROWID;

-- What realtime listeners get after a break (`since`); old rows are dropped.
CREATE TABLE events (
    organization TEXT NOT NULL,
    id           TEXT NOT NULL,
    session      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    -- The envelope, as it was sent.
    body         TEXT NOT NULL,
    PRIMARY KEY (organization, id)
) WITHOUT ROWID;

-- Outlives sessions and keys on purpose: no foreign keys.
CREATE TABLE audit (
    organization TEXT NOT NULL,
    id           TEXT NOT NULL,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    action       TEXT NOT NULL,
    session      TEXT,
    group_jid    TEXT,
    old          TEXT,
    new          TEXT,
    outcome      TEXT NOT NULL,
    PRIMARY KEY (organization, id)
) WITHOUT ROWID;
CREATE INDEX audit_by_session ON audit (organization, session, id);
CREATE INDEX audit_by_group ON audit (organization, group_jid, id);
