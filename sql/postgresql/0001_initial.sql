-- Migration 1. Times are milliseconds since 1970 (UTC), ids are UUIDs as 16 bytes, days are counted since 1970. As long
-- as no cxd was let out with this engine this file is changed in place.
--
-- Rules of every table, so that it can be distributed by the survey (Citus): the survey is in every primary and unique
-- key of what grows with the answers; there are no sequences, triggers, advisory locks, and no foreign keys between
-- such tables. What a survey, a key or a name is defines (survey, question, api_key, document, …) is small: reference
-- tables. Texts are compared by their bytes. tests/lint/distribution.mjs holds all this, by the list
-- of src/store/postgresql/tables.def.

-- What makes this database itself: one row. Whoever redefines surveys, keys or sessions locks it first of all.
CREATE TABLE state (
    one integer PRIMARY KEY CHECK (one = 1),
    store bytea NOT NULL, -- a UUID
    history text COLLATE "C" NOT NULL, -- which history of numbers this is
    audit_secret bytea NOT NULL, -- 32 random bytes: the key of respondents' hashes in the audit log
    catalog_generation bigint NOT NULL, -- raised by every transaction that redefines the catalog
    keys_removed bigint NOT NULL, -- the generation that removed keys last
    sessions_changed bigint NOT NULL, -- and that changed sessions last
    known_at bigint NOT NULL, -- how late it is at least (CHANGE_CLOCK)
    visits_from bigint NOT NULL, -- the first day whose rows of visits are there
    told_through bigint NOT NULL, -- of CHANGE_ALERT_TELL
    told_version bigint NOT NULL
);

-- Who writes: a process has one of 1,024 slots from its first batch to its end, or until it was silent for too long. A
-- row is written by each batch of its node and by none else: `batch` says whether a batch whose COMMIT was lost is
-- there, and who has lost the slot finds another `incarnation` and writes nothing. No number that the slot has given is
-- greater than `number`: milliseconds of the database's clock since 2020, 41 bits; the slot, 10; and 12 that count.
-- `above` is there from before a batch takes its numbers until its commit has been answered: they are greater. So what
-- is stored up to the least of them, and up to the greatest `number`, is all that will ever be stored there (see
-- postgresql/horizon.c). Who was announced for too long, and holds no lock, is shut out: it begins with another slot.
CREATE TABLE node (
    slot integer PRIMARY KEY CHECK (slot BETWEEN 0 AND 1023),
    incarnation bytea NOT NULL, -- 16 random bytes of the process
    batch bigint NOT NULL, -- of the incarnation: the last that was committed
    number bigint NOT NULL,
    above bigint, -- NULL: nothing is on its way
    announced_at bigint NOT NULL, -- as seen_at
    shut_out boolean NOT NULL,
    seen_at bigint NOT NULL -- by the database's clock; 0: it is free
) WITH (fillfactor = 50);

-- Which processes are there: each says so every second, also those that write nothing. `lease`: which of them does what
-- is to be done once for all. By the database's clock.
CREATE TABLE attendance (
    incarnation bytea PRIMARY KEY, -- as in node
    seen_at bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE lease (
    one integer PRIMARY KEY CHECK (one = 1),
    holder bytea NOT NULL,
    until bigint NOT NULL
);
INSERT INTO lease (one, holder, until) VALUES (1, '', 0);

CREATE TABLE survey (
    number bigint PRIMARY KEY,
    slug text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    definition text NOT NULL,
    metric text COLLATE "C" NOT NULL,
    scale_min integer NOT NULL,
    scale_max integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    archived_at bigint NOT NULL, -- 0: not archived
    generation bigint NOT NULL, -- of the catalog, that changed it last
    reported_after bigint, -- responses with a greater number count as answers of visits; NULL: nothing was reported
    -- The place, in the order of response_by_time, that retention has anonymised up to; NULL: nothing.
    anonymised_at bigint,
    anonymised_score bigint NOT NULL DEFAULT -1, -- -1: before every score
    anonymised_excluded bigint NOT NULL DEFAULT 0,
    anonymised_number bigint NOT NULL DEFAULT 0
);
CREATE INDEX survey_by_generation ON survey (generation);

CREATE TABLE survey_revision (
    survey bigint NOT NULL,
    revision bigint NOT NULL,
    definition text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (survey, revision)
);

-- The segment properties that a survey declares now. rolled: the rollups cover every response.
CREATE TABLE survey_property (
    survey bigint NOT NULL,
    position integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    rolled boolean NOT NULL,
    PRIMARY KEY (survey, position)
);

-- From which day on visits are counted by a declared property.
CREATE TABLE shown_property (
    survey bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    shown_from bigint NOT NULL,
    PRIMARY KEY (survey, key)
);

-- Every question that a survey has or has had. Its answers are counted under the number survey + slot * 2^32.
CREATE TABLE question (
    survey bigint NOT NULL,
    slot integer NOT NULL, -- from 1
    key text COLLATE "C" NOT NULL,
    type integer NOT NULL, -- enum question_type of domain/question.h
    metric text COLLATE "C", -- of a scale; else NULL
    scale_min integer NOT NULL,
    scale_max integer NOT NULL,
    revision bigint NOT NULL, -- of the survey: the last that has it
    answered boolean NOT NULL, -- somebody has, so that type and scale are fixed
    PRIMARY KEY (survey, slot),
    UNIQUE (survey, key)
);

-- first_…: what it said before it was first amended, so that its retry is known; NULL: it says that still, or its
-- person is forgotten. properties, answers: JSON as store/stored.h writes it, sorted by key.
CREATE TABLE response (
    survey bigint NOT NULL,
    id bytea NOT NULL,
    number bigint NOT NULL, -- as in node; of one node it ascends with the commits
    revision bigint NOT NULL,
    answered_at bigint NOT NULL,
    received_at bigint NOT NULL,
    updated_at bigint, -- NULL: it is as it came, at received_at
    score smallint NOT NULL CHECK (score BETWEEN 0 AND 10),
    excluded smallint NOT NULL, -- why it does not count, bits: 1 somebody excluded it, 2 it has no score; 0: it counts
    flags integer NOT NULL, -- enum flag of domain/response.h
    forgotten_at bigint NOT NULL, -- it has lost what names a person; negative: by its age alone; 0: it has not
    touchpoint text COLLATE "C",
    channel text COLLATE "C",
    locale text COLLATE "C",
    respondent text COLLATE "C",
    comment text,
    properties text,
    answers text,
    excluded_reason text,
    visit text COLLATE "C",
    sequence bigint,
    ahead_ms bigint, -- answered_at was given, so much later than it is; NULL: it was not
    import bigint, -- the number of the import that it came with
    first_at bigint,
    first_digest bytea,
    first_revision bigint,
    PRIMARY KEY (survey, id)
);
CREATE UNIQUE INDEX response_by_number ON response (survey, number);
-- Also holds what counting the responses of a window needs.
CREATE INDEX response_by_time ON response (survey, answered_at, score, excluded, number);
CREATE INDEX response_by_respondent ON response (respondent, survey, excluded, answered_at)
WHERE respondent IS NOT NULL;
CREATE INDEX response_flagged ON response (survey, answered_at, flags) WHERE flags <> 0;
CREATE INDEX response_by_import ON response (survey, import, number) WHERE import IS NOT NULL;

-- Turns. What a transaction is about of which there may be no row yet, so that none can be locked, has its turn: a row
-- that the transaction makes and deletes at once. Whoever comes to make the same one waits until it has ended. So a row
-- is never to be seen, and survives nothing; what vacuum has not cleared away yet is keyed by the store's secret.

-- Respondents whose answers are held to recontact, in the survey and (0) in any: so two nodes cannot both find that
-- there was none.
CREATE UNLOGGED TABLE respondent_turn (
    survey bigint NOT NULL,
    respondent bytea NOT NULL,
    PRIMARY KEY (survey, respondent)
);

-- Ids of responses that were deleted and are never filled again.
CREATE TABLE gone (
    survey bigint NOT NULL,
    id bytea NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (survey, id)
);
CREATE INDEX gone_by_time ON gone (at);

-- Who is invited, by the id of the response.
CREATE TABLE invitation (
    survey bigint NOT NULL,
    response bytea NOT NULL,
    respondent text COLLATE "C" NOT NULL,
    properties text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    kept_until bigint NOT NULL,
    opened smallint NOT NULL, -- 0: it is not, 1: it is counted as opened, 2: it was before that was counted
    PRIMARY KEY (survey, response)
);
CREATE INDEX invitation_by_respondent ON invitation (respondent, survey);
CREATE INDEX invitation_by_end ON invitation (kept_until);

-- What rollups are split by: (survey, 'touchpoint', 'checkout'). `survey` here, and in the next three, is the number
-- that rollups lie under: a survey's, that of a question on a scale (survey + slot * 2^32), or with a minus a survey's
-- visits. A series is there as long as it has rollup rows.
CREATE TABLE series (
    survey bigint NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (survey, dimension, value)
);

-- What there is to know of a dimension beside its series. Its row is locked by whoever moves rollups of it: FOR KEY
-- SHARE as long as its series stay those that they are, FOR UPDATE who adds or removes one. state: 0 the series cover
-- every response; 1 they are being filled in, and cover the responses at or behind (a, b, c, number) = (answered_at,
-- score, excluded, number); 2 they are being cleared away.
CREATE TABLE dimension (
    survey bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    series bigint NOT NULL, -- how many there are
    state smallint NOT NULL,
    a bigint NOT NULL,
    b bigint NOT NULL,
    c bigint NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (survey, name)
);
CREATE INDEX dimension_unrolled ON dimension (state, survey, name) WHERE state <> 0;

-- Responses that count, with a value without a series: a node adds to its own slot, readers sum.
CREATE TABLE beyond (
    survey bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    responses bigint NOT NULL,
    PRIMARY KEY (survey, name, slot)
);

-- One histogram a row and slot: a node adds to its own, readers sum; so nodes do not wait for each other where all
-- count the same survey. Rows of slots whose sum is zero mean nothing. The total has dimension and value ''. The order
-- of the key is for both sides: totals (segmented 0) of a survey lie by time, and what one batch touches lies together.
-- tier is domain/window.h's (0 all, 1 day, 2 hour, 3 quarter hour); bucket counts lengths of the tier since 1970.
CREATE TABLE rollup (
    survey bigint NOT NULL,
    segmented smallint NOT NULL,
    tier smallint NOT NULL,
    bucket bigint NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    n0 bigint NOT NULL,
    n1 bigint NOT NULL,
    n2 bigint NOT NULL,
    n3 bigint NOT NULL,
    n4 bigint NOT NULL,
    n5 bigint NOT NULL,
    n6 bigint NOT NULL,
    n7 bigint NOT NULL,
    n8 bigint NOT NULL,
    n9 bigint NOT NULL,
    n10 bigint NOT NULL,
    PRIMARY KEY (survey, segmented, tier, bucket, dimension, value, slot)
) WITH (fillfactor = 80);

-- Visits in which a survey was shown: one row a visit and day (src/store/impressions.h). A visit is a keyed hash of the
-- client's name for it, and NULL where its person is forgotten.
CREATE TABLE visit (
    survey bigint NOT NULL,
    number bigint NOT NULL, -- as a response's
    day bigint NOT NULL,
    visit bytea,
    at bigint NOT NULL,
    seen integer NOT NULL, -- enum impression_seen
    answers bigint NOT NULL,
    next_answers bigint NOT NULL,
    touchpoint text COLLATE "C",
    channel text COLLATE "C",
    locale text COLLATE "C",
    properties text,
    PRIMARY KEY (survey, number)
);
CREATE UNIQUE INDEX visit_by_name ON visit (survey, day, visit) WHERE visit IS NOT NULL;
CREATE INDEX visit_by_time ON visit (survey, at);

-- Turns of visits, so that what two nodes learn of one at the same time is put together.
CREATE UNLOGGED TABLE visit_turn (
    survey bigint NOT NULL,
    visit bytea NOT NULL,
    PRIMARY KEY (survey, visit)
);

CREATE TABLE api_key (
    id bytea PRIMARY KEY,
    name text NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    scopes integer NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_day bigint NOT NULL,
    revoked_at bigint NOT NULL,
    generation bigint NOT NULL
);
CREATE INDEX key_by_generation ON api_key (generation);

CREATE TABLE signing_key (
    number bigint PRIMARY KEY, -- ascending
    secret bytea NOT NULL,
    created_at bigint NOT NULL
);

-- Browsers that are signed in, and links to do so. Of their secrets only the hash is kept.
CREATE TABLE session (
    hash bytea PRIMARY KEY,
    key bytea NOT NULL,
    scopes integer NOT NULL,
    link boolean NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL
);

CREATE TABLE document (
    kind text COLLATE "C" NOT NULL, -- as cxd/store/document.h names it
    name text COLLATE "C" NOT NULL,
    definition text NOT NULL,
    revision bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE import (
    number bigint PRIMARY KEY, -- ascending
    id bytea NOT NULL UNIQUE,
    survey bigint NOT NULL,
    source text NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    expected bigint, -- NULL: it was not said
    state smallint NOT NULL, -- enum import_state of domain/import.h
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    created bigint NOT NULL,
    known bigint NOT NULL,
    refused bigint NOT NULL,
    removed bigint NOT NULL,
    after bigint NOT NULL,
    last bigint NOT NULL,
    undone bigint NOT NULL
);

-- Who did what, each record chained to the one before by its hash. Never changed, never deleted. The head is the last
-- record: whoever appends locks it, the last of all.
CREATE TABLE audit (
    number bigint PRIMARY KEY, -- from 1, without a gap
    at bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    act text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    detail text NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX audit_by_target ON audit (target, number);
CREATE TABLE audit_head (
    one integer PRIMARY KEY CHECK (one = 1),
    number bigint NOT NULL, -- 0: there is none
    hash bytea NOT NULL
);
INSERT INTO audit_head (one, number, hash) VALUES (1, 0, '');

CREATE TABLE alert_state (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    version bigint NOT NULL,
    status smallint NOT NULL,
    since bigint NOT NULL,
    evaluated_at bigint NOT NULL,
    day_end bigint NOT NULL,
    through bigint NOT NULL,
    reason smallint NOT NULL,
    n bigint NOT NULL,
    value double precision,
    p_value double precision,
    acknowledged_at bigint NOT NULL,
    acknowledged_by text COLLATE "C",
    note text
);

CREATE TABLE alert_event (
    name text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    kind smallint NOT NULL,
    at bigint NOT NULL,
    day_end bigint NOT NULL,
    n bigint NOT NULL,
    value double precision,
    p_value double precision,
    response bigint,
    response_id bytea,
    acknowledged_at bigint NOT NULL,
    acknowledged_by text COLLATE "C",
    note text,
    PRIMARY KEY (name, number)
);
CREATE INDEX alert_event_by_response ON alert_event (response, name) WHERE response IS NOT NULL;

-- Responses that were amended, or count again, and that no rule has looked at since.
CREATE TABLE alert_amended (
    survey bigint NOT NULL,
    sequence_number bigint NOT NULL, -- as a response's number
    response bigint NOT NULL,
    PRIMARY KEY (survey, sequence_number)
);
