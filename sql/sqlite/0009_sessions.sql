-- Migration 9: browsers that are signed in.
PRAGMA user_version = 9;

-- Of the secret of a session or link only the hash is kept. Rows of a key that is gone are passed over.
CREATE TABLE session (
    hash BLOB PRIMARY KEY, -- SHA-256
    key BLOB NOT NULL, -- id of an api_key
    scopes INTEGER NOT NULL,
    link INTEGER NOT NULL, -- 1: it has not begun, and may once
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The generation of the catalog that changed them last.
ALTER TABLE identity ADD COLUMN sessions_changed INTEGER NOT NULL DEFAULT 0;
