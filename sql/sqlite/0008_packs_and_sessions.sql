-- Migration 8: days that are over, summed up for who splits a window by many values; what was counted last; browsers
-- that are signed in.
PRAGMA user_version = 8;

-- Days before this one (UTC, since 1970) are over: none from it on is packed. The default lies before all of them.
ALTER TABLE identity ADD COLUMN packed_through INTEGER NOT NULL DEFAULT -1000000;

-- Days, and runs of days, by the number that their rollups lie under. No row: nothing was ever counted there, or it is
-- not over.
CREATE TABLE packed (
    survey INTEGER NOT NULL,
    span INTEGER NOT NULL, -- 0 a day, 1 eight days
    bucket INTEGER NOT NULL, -- in lengths of the span since 1970
    state INTEGER NOT NULL, -- 0 to be packed, 1 packed, 2 so few rows that they are read as they are
    PRIMARY KEY (survey, span, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX packed_waiting ON packed (span, survey, bucket) WHERE state = 0;

-- What is packed, by dimension: the sums of its rollup rows of days, as src/store/pack.h writes them.
CREATE TABLE pack (
    survey INTEGER NOT NULL,
    span INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (survey, span, bucket, dimension)
) STRICT, WITHOUT ROWID;

-- What is in no rollup row yet, by the number that those lie under: the sums of its series in a quarter of an hour, or
-- of what has but days in a day, as src/store/sqlite/recent.h says it and src/store/pack.h writes them. No cxd that was
-- let out has made this version of the schema without it.
CREATE TABLE recent (
    survey INTEGER NOT NULL,
    tier INTEGER NOT NULL, -- 3 a quarter hour, 1 a day
    bucket INTEGER NOT NULL, -- in lengths of the tier since 1970
    counts BLOB NOT NULL,
    PRIMARY KEY (survey, tier, bucket)
) STRICT, WITHOUT ROWID;

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
