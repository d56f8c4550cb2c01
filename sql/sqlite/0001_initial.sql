-- Migration 1: surveys, responses, rollups, keys. Times are milliseconds since 1970 (UTC); ids are UUIDs
-- as 16 bytes.
PRAGMA application_id = 1668834353; -- 'cxd1'
PRAGMA user_version = 1;

CREATE TABLE survey (
    number INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    definition TEXT NOT NULL,
    metric TEXT NOT NULL,
    scale_min INTEGER NOT NULL,
    scale_max INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER NOT NULL -- 0: not archived
) STRICT;

-- Every definition that a survey has had: a response names the revision it answered.
CREATE TABLE survey_revision (
    survey INTEGER NOT NULL REFERENCES survey,
    revision INTEGER NOT NULL,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (survey, revision)
) STRICT, WITHOUT ROWID;

-- The segment properties that a survey declares now. rolled: the rollups cover every response.
CREATE TABLE survey_property (
    survey INTEGER NOT NULL REFERENCES survey,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    rolled INTEGER NOT NULL,
    PRIMARY KEY (survey, position)
) STRICT, WITHOUT ROWID;

-- One insert a response is the budget: the key is time-ordered, so rows append, and there is one index.
-- The survey is no declared foreign key because the check would cost a lookup a row: the writer has
-- every survey in memory.
CREATE TABLE response (
    id BLOB PRIMARY KEY,
    survey INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
    answered_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    touchpoint TEXT,
    channel TEXT,
    locale TEXT,
    respondent TEXT,
    comment TEXT,
    properties TEXT, -- a JSON object of strings, sorted by key
    excluded_reason TEXT
) STRICT, WITHOUT ROWID;

-- Also holds what counting the responses of a window needs.
CREATE INDEX response_by_time ON response (survey, answered_at, score, excluded);

-- What rollups are split by: ('touchpoint', 'checkout'), ('property.plan', 'pro'). The total is not one:
-- it is series 0.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    survey INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (survey, dimension, value)
) STRICT;

-- One histogram a row. The order of the key is for both sides: totals (segmented 0) of a survey lie by
-- time, so a trend is one scan; and what one batch touches of all the segments lies together, so it is a
-- few pages to write and not one a series. tier is domain/window.h's (0 all, 1 day, 2 hour, 3 quarter
-- hour); bucket counts lengths of the tier since 1970.
CREATE TABLE rollup (
    survey INTEGER NOT NULL,
    segmented INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    series INTEGER NOT NULL,
    n0 INTEGER NOT NULL,
    n1 INTEGER NOT NULL,
    n2 INTEGER NOT NULL,
    n3 INTEGER NOT NULL,
    n4 INTEGER NOT NULL,
    n5 INTEGER NOT NULL,
    n6 INTEGER NOT NULL,
    n7 INTEGER NOT NULL,
    n8 INTEGER NOT NULL,
    n9 INTEGER NOT NULL,
    n10 INTEGER NOT NULL,
    PRIMARY KEY (survey, segmented, tier, bucket, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    scopes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_day INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
