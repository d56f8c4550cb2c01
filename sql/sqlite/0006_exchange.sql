-- Migration 6: what comes from other tools, and goes to them.
PRAGMA user_version = 6;

-- When what is stored of a response was last changed. NULL: it is as it came, at received_at.
ALTER TABLE response ADD COLUMN updated_at INTEGER;
-- The number of the import that it came with; NULL: none.
ALTER TABLE response ADD COLUMN import INTEGER;

-- What was imported, and what became of it: kept also when it was undone. Its responses have numbers behind `after` and
-- up to `last`: so they are found without an index, which every response would pay for.
CREATE TABLE import (
    number INTEGER PRIMARY KEY, -- ascending
    id BLOB NOT NULL UNIQUE,
    survey INTEGER NOT NULL REFERENCES survey,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL, -- of the source and how it is read: an open import of the same goes on
    expected INTEGER, -- rows that the source has; NULL: it was not said
    state INTEGER NOT NULL, -- 0 open, 1 done, 2 being undone, 3 undone
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, -- of the last change of its state or counts
    created INTEGER NOT NULL, -- rows by what became of them
    known INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    removed INTEGER NOT NULL, -- responses that undoing has deleted
    after INTEGER NOT NULL,
    last INTEGER NOT NULL,
    undone INTEGER NOT NULL -- numbers up to which undoing has come
) STRICT;

-- Which history of numbers this is: random, and another after a restore, in which numbers are given again to others.
-- NULL: to be made, at the next open.
ALTER TABLE identity ADD COLUMN history BLOB;

-- Which row is of a visit, of rows with numbers up to impressions_named, and perhaps of later ones: the writer knows
-- those, and adds many at once, in this order (src/store/sqlite/visit_names.h). A visit's hash is of its survey too.
CREATE TABLE impression_name (
    day INTEGER NOT NULL,
    visit BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (day, visit)
) STRICT, WITHOUT ROWID;
INSERT INTO impression_name (day, visit, number)
SELECT day, visit, number FROM impression WHERE visit IS NOT NULL ORDER BY day, visit;
DROP INDEX impression_by_visit;
ALTER TABLE identity ADD COLUMN impressions_named INTEGER NOT NULL DEFAULT 0;
UPDATE identity SET impressions_named = (SELECT coalesce(max(number), 0) FROM impression);
