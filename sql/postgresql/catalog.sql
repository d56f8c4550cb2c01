-- Surveys, keys and sessions, as the writer and the catalog read them.

-- fragment: survey_columns
SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at, archived_at,
       reported_after, anonymised_at FROM survey

-- name: list_surveys
-- use: survey_columns
ORDER BY number

-- name: list_properties
SELECT p.survey, p.key, p.rolled, coalesce(s.shown_from, 9223372036854775807) FROM survey_property AS p
LEFT JOIN shown_property AS s ON s.survey = p.survey AND s.key = p.key ORDER BY p.survey, p.position

-- name: list_questions
SELECT survey, key, slot, type, metric, scale_min, scale_max, answered FROM question ORDER BY survey, slot

-- name: select_revision
SELECT definition FROM survey_revision WHERE survey = $1 AND revision = $2

-- name: read_catalog_state
SELECT catalog_generation, keys_removed, sessions_changed FROM state

-- name: changed_surveys
-- use: survey_columns
WHERE generation > $1 ORDER BY slug

-- fragment: key_columns
SELECT id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at FROM api_key

-- name: list_keys
-- use: key_columns
WHERE generation > $1 ORDER BY created_at, id

-- name: select_key
-- use: key_columns
WHERE id = $1 FOR UPDATE

-- name: list_signing_keys
SELECT number, secret, created_at FROM signing_key ORDER BY number DESC LIMIT 2

-- name: list_revisions
SELECT revision, definition FROM survey_revision WHERE survey = $1 AND revision > $2 ORDER BY revision LIMIT $3

-- name: insert_key
INSERT INTO api_key (id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at, generation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: revoke_key
UPDATE api_key SET revoked_at = $2, generation = $3 WHERE id = $1

-- name: note_key_used
UPDATE api_key SET used_day = $2, generation = $3 WHERE id = $1

-- name: delete_keys
WITH gone AS (DELETE FROM api_key WHERE id = ANY ($1)) UPDATE state SET keys_removed = $2

-- name: insert_signing_key
INSERT INTO signing_key (number, secret, created_at)
SELECT coalesce(max(number), 0) + 1, $1, $2 FROM signing_key RETURNING number

-- name: delete_old_signing_keys
DELETE FROM signing_key WHERE number NOT IN (SELECT number FROM signing_key ORDER BY number DESC LIMIT 2)

-- name: list_audit
SELECT number, at, actor, act, target, detail, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2

-- name: list_audit_of
SELECT number, at, actor, act, target, detail, hash FROM audit
WHERE number > $1 AND target = ANY ($3) ORDER BY number LIMIT $2

-- --- Sessions, documents, invitations ---

-- name: list_sessions
SELECT hash, key, scopes, link, created_at, seen_at FROM session ORDER BY hash

-- name: delete_sessions
WITH gone AS (DELETE FROM session WHERE hash = ANY ($1)) UPDATE state SET sessions_changed = $2

-- name: insert_session
INSERT INTO session (hash, key, scopes, link, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: note_session_seen
WITH seen AS (UPDATE session SET seen_at = $2 WHERE hash = $1) UPDATE state SET sessions_changed = $3

-- fragment: document_columns
SELECT name, revision, definition, created_at, updated_at FROM document

-- name: lock_document
-- use: document_columns
WHERE kind = $1 AND name = $2 FOR UPDATE

-- name: select_document
-- use: document_columns
WHERE kind = $1 AND name = $2

-- name: list_documents
-- use: document_columns
WHERE kind = $1 AND name > $2 ORDER BY name LIMIT $3

-- name: count_documents
SELECT count(*) FROM document WHERE kind = $1

-- name: insert_document
INSERT INTO document (kind, name, definition, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: update_document
UPDATE document SET definition = $3, revision = $4, created_at = $5, updated_at = $6 WHERE kind = $1 AND name = $2

-- name: delete_document
DELETE FROM document WHERE kind = $1 AND name = $2

-- fragment: invitation_columns
SELECT survey, response, respondent, properties, created_at, expires_at, kept_until FROM invitation

-- name: select_invitation
-- use: invitation_columns
WHERE survey = $1 AND response = $2

-- name: list_invitations
-- use: invitation_columns
WHERE respondent = $1 ORDER BY created_at, survey, response LIMIT $2
