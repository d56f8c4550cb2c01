-- Migration 5: what is asked of the answers by name, and by what they say.
PRAGMA user_version = 5;

-- Definitions that have a name and no column of their own, by their kind: journeys, rules of alerts. They name nobody.
CREATE TABLE document (
    kind TEXT NOT NULL, -- as cxd/store/document.h names it
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- How each alert's rule stands; the rule itself is a document. through: of a rule that tells of single responses, the
-- number of the latest when it was put; −1: it does not.
CREATE TABLE alert_state (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL, -- of the document
    version INTEGER NOT NULL, -- rises with every change
    status INTEGER NOT NULL, -- enum alert_status of domain/alert.h
    since INTEGER NOT NULL,
    evaluated_at INTEGER NOT NULL,
    day_end INTEGER NOT NULL,
    through INTEGER NOT NULL,
    reason INTEGER NOT NULL, -- enum alert_reason
    n INTEGER NOT NULL,
    value REAL,
    p_value REAL,
    acknowledged_at INTEGER NOT NULL,
    acknowledged_by TEXT,
    note TEXT
) STRICT, WITHOUT ROWID;

-- What happened to them. The numbers of an alert have no gaps: how many there are is seen without counting. Of a
-- response that was deleted neither its number nor its id nor its score stays.
CREATE TABLE alert_event (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL, -- enum alert_event_kind
    at INTEGER NOT NULL,
    day_end INTEGER NOT NULL,
    n INTEGER NOT NULL,
    value REAL,
    p_value REAL,
    response INTEGER,
    response_id BLOB,
    acknowledged_at INTEGER NOT NULL,
    acknowledged_by TEXT,
    note TEXT,
    PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_event_by_response ON alert_event (response, name) WHERE response IS NOT NULL;

-- Responses that were amended, or count again, and that no rule has looked at since.
CREATE TABLE alert_amended (
    sequence_number INTEGER PRIMARY KEY,
    response INTEGER NOT NULL
) STRICT;
-- No response up to the number is told of again, unless it stands there. The version rises with every look, and with
-- every rule that waits for responses: who has looked without it has to look again.
CREATE TABLE alert_told (through INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
INSERT INTO alert_told (through, version) VALUES (0, 0);

-- A comment lies at its place, which follows its time (src/store/sqlite/comments.c); facet has two words, the survey's
-- number and "NUMBERsSCORE". Holds words and places alone: the comment stands in the response, and nowhere else.
CREATE VIRTUAL TABLE comment_index USING fts5(
    comment, facet, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO comment_index (comment_index, rank) VALUES ('usermerge', 2);

CREATE TABLE comment_place (
    place INTEGER PRIMARY KEY,
    number INTEGER NOT NULL, -- of the response
    words INTEGER NOT NULL   -- of its comment
) STRICT;

-- What is in the index of each survey.
CREATE TABLE comment_total (
    survey INTEGER PRIMARY KEY,
    comments INTEGER NOT NULL,
    words INTEGER NOT NULL
) STRICT;

CREATE TABLE comment_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    indexed INTEGER NOT NULL, -- comments of responses up to this number are in the index
    purge INTEGER NOT NULL,   -- enum purge of src/store/sqlite/writer.h
    stale INTEGER NOT NULL    -- 1: segments may have words of comments that were amended since the last purge
) STRICT;
INSERT INTO comment_state (one, indexed, purge, stale) VALUES (1, 0, 0, 0);

-- Visits in which a survey was shown: one row a visit and UTC day (src/store/impressions.h). A visit is a keyed hash of
-- the client's name for it, and NULL where its person is forgotten. What is counted of them lies among the rollups of
-- responses, under the number of the survey with a minus in front: shown, answered, dismissed, started, reported as
-- shown, and of invitations made, opened and answered, in n0 to n7.
CREATE TABLE impression (
    number INTEGER PRIMARY KEY,
    survey INTEGER NOT NULL,
    day INTEGER NOT NULL, -- since 1970
    visit BLOB,
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL, -- enum impression_seen
    answers INTEGER NOT NULL,
    next_answers INTEGER NOT NULL,
    touchpoint TEXT,
    channel TEXT,
    locale TEXT,
    properties TEXT -- as a response's, of declared ones
) STRICT;
CREATE UNIQUE INDEX impression_by_visit ON impression (survey, day, visit) WHERE visit IS NOT NULL;
CREATE INDEX impression_by_time ON impression (survey, at);
-- The first day whose rows are there.
ALTER TABLE identity ADD COLUMN impressions_from INTEGER NOT NULL DEFAULT 0;

-- Surveys of which something was reported: responses with a number above `after` count as answers of visits.
CREATE TABLE impression_survey (
    survey INTEGER PRIMARY KEY REFERENCES survey,
    after INTEGER NOT NULL
) STRICT;

-- From which day on visits are counted by a declared property.
CREATE TABLE impression_property (
    survey INTEGER NOT NULL REFERENCES survey,
    key TEXT NOT NULL,
    shown_from INTEGER NOT NULL,
    PRIMARY KEY (survey, key)
) STRICT, WITHOUT ROWID;
INSERT INTO impression_property (survey, key, shown_from) SELECT survey, key, 0 FROM survey_property;

-- Whether it is counted as opened. 2: made before invitations were counted.
ALTER TABLE invitation ADD COLUMN opened INTEGER NOT NULL DEFAULT 2;
