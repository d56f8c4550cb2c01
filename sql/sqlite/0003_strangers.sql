-- Migration 3: what strangers invent, send again and have erased.
PRAGMA user_version = 3;

-- What makes this database itself, and none other: one row, made at the first open. Copies have the same.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store BLOB NOT NULL,         -- a UUID: the list of erasures names it
    audit_secret BLOB NOT NULL,  -- 32 random bytes: the key of respondents' hashes in the audit log
    erasures INTEGER NOT NULL    -- number of the last entry of the list that this database knows; -1: it has had no list
) STRICT;

-- A response that stays, but has lost what names a person, is never filled again. 0: it has not.
ALTER TABLE response ADD COLUMN forgotten_at INTEGER NOT NULL DEFAULT 0;

-- Neither are the ids of responses that were deleted: marks of them, kept for a while.
CREATE TABLE gone (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gone_by_time ON gone (at);

-- What the audit log says of one person.
CREATE INDEX audit_by_target ON audit (target, number);

-- What a response said before it was first amended, so that its retry is known. Plain responses have no row, nor has one whose person
-- is forgotten.
CREATE TABLE said_first (
    id BLOB PRIMARY KEY REFERENCES response ON DELETE CASCADE,
    answered_at INTEGER NOT NULL,
    digest BLOB NOT NULL -- half of a SHA-256 over id and members (src/domain/response.c)
) STRICT, WITHOUT ROWID;

-- Marks go along response_by_time: (done_at, done_score, done_excluded, done_id). Older ones begin their millisecond again.
ALTER TABLE anonymised ADD COLUMN done_score INTEGER NOT NULL DEFAULT -1;
ALTER TABLE anonymised ADD COLUMN done_excluded INTEGER NOT NULL DEFAULT 0;

-- What there is to know of a dimension of a survey beside its series. While responses lie beyond the values that have a series, no
-- further value gets one. state: 0 the series cover every response; 1 they are being filled in, and cover the responses at or
-- behind (a, b, c, id) = (answered_at, score, excluded, id); 2 they are being cleared away: the rollup rows up to
-- (a, b, c) = (tier, bucket, series) are gone, and with tier 4 all of them.
CREATE TABLE dimension (
    survey INTEGER NOT NULL,
    name TEXT NOT NULL,
    series INTEGER NOT NULL DEFAULT 0, -- how many there are
    beyond INTEGER NOT NULL DEFAULT 0, -- responses that count, with a value without a series
    state INTEGER NOT NULL DEFAULT 0,
    a INTEGER NOT NULL DEFAULT 0,
    b INTEGER NOT NULL DEFAULT 0,
    c INTEGER NOT NULL DEFAULT 0,
    id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000',
    PRIMARY KEY (survey, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX dimension_unrolled ON dimension (state, survey, name) WHERE state <> 0;
CREATE INDEX dimension_overflowing ON dimension (survey, name) WHERE beyond <> 0;

INSERT INTO dimension (survey, name, series) SELECT survey, dimension, count(*) FROM series GROUP BY survey, dimension;

-- Declared late, and not counted by a rebuild since.
INSERT INTO dimension (survey, name, state, a)
SELECT survey, 'property.' || key, 1, 9223372036854775807 FROM survey_property WHERE rolled = 0
ON CONFLICT (survey, name) DO UPDATE SET state = excluded.state, a = excluded.a;
