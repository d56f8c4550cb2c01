-- Migration 4: responses have a number, and their ids are names within their survey.
PRAGMA user_version = 4;

-- Raised by every change that redefines the catalog: a survey, a key, a signing key.
ALTER TABLE identity ADD COLUMN catalog_generation INTEGER NOT NULL DEFAULT 0;
-- The generation that removed keys last; and of each survey and key, the one that changed it last.
ALTER TABLE identity ADD COLUMN keys_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE survey ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
CREATE INDEX survey_by_generation ON survey (generation);
CREATE INDEX key_by_generation ON api_key (generation);
-- No number up to this one is given again: the greatest of a response that was deleted.
ALTER TABLE identity ADD COLUMN numbered INTEGER NOT NULL DEFAULT 0;
-- How late it is at least, by what was committed: a clock that is far ahead of it at a start deletes nothing.
ALTER TABLE identity ADD COLUMN known_at INTEGER NOT NULL DEFAULT 0;
UPDATE identity SET known_at = max(coalesce((SELECT max(received_at) FROM response), 0),
                                   coalesce((SELECT max(at) FROM audit), 0));

-- Numbers ascend in the order of the commits. The row lies by its number, so rows append, whoever chose the ids;
-- one index finds it by its id, and the others hold the number and not the id. The survey is no declared foreign
-- key because the check would cost a lookup a row: the writer has every survey in memory.
ALTER TABLE response RENAME TO response_3;
CREATE TABLE response (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    survey INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
    answered_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    flags INTEGER NOT NULL, -- enum flag of domain/response.h
    forgotten_at INTEGER NOT NULL DEFAULT 0, -- it has lost what names a person, for good; 0: it has not
    touchpoint TEXT,
    channel TEXT,
    locale TEXT,
    respondent TEXT,
    comment TEXT,
    properties TEXT, -- a JSON object of strings, sorted by key
    excluded_reason TEXT,
    visit TEXT,
    sequence INTEGER, -- the client's, of what it sent under the id
    ahead_ms INTEGER -- answered_at was given, so much later than it is: it lay ahead of the clock; NULL: it was not
) STRICT;

-- Of those that are there the order of arrival is the best that is known, and that answered_at was given where it is
-- another time. Sorted are the keys alone: rows may be long.
-- An address of e-mail gets the form by which respondents are compared (src/domain/respondent.c).
WITH blank (set_of) AS (VALUES (char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198,
                                     8199, 8200, 8201, 8202, 8203, 8232, 8233, 8239, 8287, 12288, 65279)))
INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, flags, forgotten_at, touchpoint,
                      channel, locale, respondent, comment, properties, excluded_reason, visit, ahead_ms)
SELECT id, survey, revision, score, answered_at, received_at, excluded, flags, forgotten_at, touchpoint,
       channel, locale,
       CASE WHEN instr(respondent, '@') = 0 THEN respondent ELSE (
           SELECT CASE WHEN core LIKE '_%@_%' AND core NOT LIKE '%@%@%' AND core NOT GLOB '*[' || set_of || ']*'
                  THEN lower(core) ELSE respondent END
           FROM (SELECT trim(respondent, set_of) AS core, set_of FROM blank)) END,
       comment, properties, excluded_reason, visit, iif(answered_at = received_at, NULL, 0)
FROM (SELECT id AS arrived FROM response_3 ORDER BY received_at, id LIMIT -1) CROSS JOIN response_3 ON id = arrived;

CREATE TABLE said_first_held AS SELECT * FROM said_first; -- it refers to the table that goes
DROP TABLE said_first;
DROP TABLE response_3;

CREATE UNIQUE INDEX response_by_id ON response (survey, id);
-- Also holds what counting the responses of a window needs.
CREATE INDEX response_by_time ON response (survey, answered_at, score, excluded);
-- What is held of a person, and when they last gave an answer that counts. Only responses that name one are in it.
CREATE INDEX response_by_respondent ON response (respondent, survey, excluded, answered_at, id)
WHERE respondent IS NOT NULL;
-- Suspects are few. Holds what counting them by their reasons needs.
CREATE INDEX response_flagged ON response (survey, answered_at, flags) WHERE flags <> 0;

-- What a response said before it was first amended, so that its retry is known. Plain responses have no row, nor
-- has one whose person is forgotten.
CREATE TABLE said_first (
    response INTEGER PRIMARY KEY REFERENCES response ON DELETE CASCADE,
    answered_at INTEGER NOT NULL,
    digest BLOB NOT NULL -- half of a SHA-256 over id and members (src/domain/response.c)
) STRICT;
INSERT INTO said_first (response, answered_at, digest)
SELECT r.number, f.answered_at, f.digest
FROM said_first_held AS f CROSS JOIN survey AS s CROSS JOIN response AS r ON r.survey = s.number AND r.id = f.id;
DROP TABLE said_first_held;

-- Marks of ids whose responses were deleted. Surveys by their slugs: out of an older copy one may not be there yet. '':
-- from before it was noted; they hold in every one.
ALTER TABLE gone RENAME TO gone_3;
CREATE TABLE gone (
    id BLOB NOT NULL,
    survey TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id, survey)
) STRICT, WITHOUT ROWID;
INSERT INTO gone (id, survey, at) SELECT id, '', at FROM gone_3;
DROP TABLE gone_3;
CREATE INDEX gone_by_time ON gone (at);

-- Who is invited, by the id of the response: the token does not say. Until it is answered and that can be amended no
-- more, or it is over.
CREATE TABLE invitation (
    survey INTEGER NOT NULL REFERENCES survey,
    response BLOB NOT NULL,
    respondent TEXT NOT NULL,
    properties TEXT, -- as a response's
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (survey, response)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_by_respondent ON invitation (respondent);
CREATE INDEX invitation_by_end ON invitation (kept_until);

-- Marks go along response_by_time, which has numbers now: they begin their millisecond again.
ALTER TABLE anonymised DROP COLUMN done_id;
ALTER TABLE anonymised ADD COLUMN done_number INTEGER NOT NULL DEFAULT 0;
UPDATE anonymised SET done_score = -1, done_excluded = 0;

-- A dimension that is being filled in covers the responses at or behind (a, b, c, number) = (answered_at, score,
-- excluded, number). Where that had begun, what it counted is cleared away, and then it begins again.
ALTER TABLE dimension DROP COLUMN id;
ALTER TABLE dimension ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE dimension SET state = 2, beyond = 0, a = 0, b = 0, c = 0 WHERE state = 1 AND a <> 9223372036854775807;
