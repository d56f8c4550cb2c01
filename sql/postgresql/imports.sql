-- Imports: there are few, and each change reads the one that it is of.

-- fragment: import_columns
SELECT i.number, i.id, i.survey, i.source, i.fingerprint, i.expected, i.state, i.created_at, i.updated_at, i.created,
       i.known, i.refused, i.removed, i.after, i.last, i.undone,
       EXISTS (SELECT FROM import AS u WHERE u.survey = i.survey AND u.state = 2)
FROM import AS i

-- name: lock_import
-- use: import_columns
WHERE i.number = $1 FOR UPDATE OF i

-- name: lock_import_of_id
-- use: import_columns
WHERE i.id = $1 FOR UPDATE OF i

-- name: lock_open_import
-- use: import_columns
WHERE i.survey = $1 AND i.fingerprint = $2 AND i.state = 0 ORDER BY i.number DESC LIMIT 1 FOR UPDATE OF i

-- name: lock_undoing_import
-- use: import_columns
WHERE i.state = 2 ORDER BY i.number LIMIT 1 FOR UPDATE OF i

-- name: is_import_held
SELECT EXISTS (SELECT FROM import WHERE survey = $1 AND state = 2)

-- name: insert_import
INSERT INTO import (number, id, survey, source, fingerprint, expected, state, created_at, updated_at, created, known,
                    refused, removed, after, last, undone)
SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, $9, $9, $9 FROM import
RETURNING number

-- name: note_import
UPDATE import SET state = $2, updated_at = $3, created = $4, known = $5, refused = $6, removed = $7, last = $8,
                  undone = $9
WHERE number = $1

-- name: lock_imported
SELECT r.survey, r.id, r.number, r.revision, r.answered_at, r.received_at, r.updated_at, r.score, r.excluded, r.flags,
       r.forgotten_at, r.touchpoint, r.channel, r.locale, r.respondent, r.comment, r.properties, r.answers,
       r.excluded_reason, r.visit, r.sequence, r.ahead_ms, r.import, r.first_at, r.first_digest, r.first_revision
FROM response AS r WHERE r.survey = $1 AND r.import = $2 ORDER BY r.number LIMIT $3 FOR UPDATE OF r

-- name: select_import
-- use: import_columns
WHERE i.id = $1

-- name: list_imports
-- use: import_columns
WHERE $1 = 0 OR i.number < $1 ORDER BY i.number DESC LIMIT $2
