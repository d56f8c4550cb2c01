-- Migration 5: what is asked of the answers by name.
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
