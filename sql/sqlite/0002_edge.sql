-- Migration 2: what the open internet asks for: suspicion, respondents found by name, signing keys, the audit log.
PRAGMA user_version = 2;

ALTER TABLE response ADD COLUMN flags INTEGER NOT NULL DEFAULT 0; -- enum flag of domain/response.h
ALTER TABLE response ADD COLUMN visit TEXT;

-- What is held of a person, and when they last gave an answer that counts. Only responses that name one are in it.
CREATE INDEX response_by_respondent ON response (respondent, survey, excluded, answered_at)
WHERE respondent IS NOT NULL;

-- Suspects are few.
CREATE INDEX response_flagged ON response (survey, answered_at) WHERE flags <> 0;

-- How far the anonymising of old responses has come: everything before (done_at, done_id) is done.
CREATE TABLE anonymised (
    survey INTEGER PRIMARY KEY,
    done_at INTEGER NOT NULL,
    done_id BLOB NOT NULL
) STRICT;

-- Keys that sign invitations and form nonces: the newest signs, the two newest are believed.
CREATE TABLE signing_key (
    number INTEGER PRIMARY KEY, -- ascending
    secret BLOB NOT NULL,       -- 32 random bytes
    created_at INTEGER NOT NULL
) STRICT;

-- Who did what, each record chained to the one before by its hash. Never changed, never deleted.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY, -- from 1, without a gap
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,  -- a key's prefix, or "local"
    act TEXT NOT NULL,
    target TEXT NOT NULL, -- a respondent is the SHA-256 of the name
    detail TEXT NOT NULL,
    hash BLOB NOT NULL    -- SHA-256 of the hash before and this record's text (src/store/audit.c)
) STRICT;
