-- States of alerts, and what happened to them: there are few.

-- fragment: alert_columns
SELECT name, revision, version, status, since, evaluated_at, day_end, through, reason, n, value, p_value,
       acknowledged_at, acknowledged_by, note FROM alert_state

-- name: list_alerts
-- use: alert_columns
ORDER BY name

-- name: lock_alerts
-- use: alert_columns
WHERE name = ANY ($1) ORDER BY name FOR UPDATE

-- name: put_alerts
INSERT INTO alert_state (name, revision, version, status, since, evaluated_at, day_end, through, reason, n, value,
                         p_value, acknowledged_at, acknowledged_by, note)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[], $9::bigint[], $10::bigint[], $11::float8[], $12::float8[], $13::bigint[],
                     $14::text[], $15::text[])
ON CONFLICT (name) DO UPDATE SET
    revision = excluded.revision, version = excluded.version, status = excluded.status, since = excluded.since,
    evaluated_at = excluded.evaluated_at, day_end = excluded.day_end, through = excluded.through,
    reason = excluded.reason, n = excluded.n, value = excluded.value, p_value = excluded.p_value,
    acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by, note = excluded.note

-- name: delete_alert
WITH gone AS (DELETE FROM alert_event WHERE name = $1) DELETE FROM alert_state WHERE name = $1

-- The numbers of an alert have no gaps; its state is locked.
-- name: insert_alert_events
INSERT INTO alert_event (name, number, kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at,
                         acknowledged_by, note)
SELECT name, coalesce((SELECT max(e.number) FROM alert_event AS e WHERE e.name = u.name), 0)
             + row_number() OVER (PARTITION BY name ORDER BY place),
       kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at, acknowledged_by, note
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[], $7::float8[],
            $8::bigint[], $9::bytea[], $10::bigint[], $11::text[], $12::text[]) WITH ORDINALITY
     AS u (name, kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at, acknowledged_by, note,
           place)

-- name: prune_alert_events
DELETE FROM alert_event AS e
WHERE e.name = ANY ($1) AND e.number <= (SELECT max(o.number) FROM alert_event AS o WHERE o.name = e.name) - $2

-- name: list_alert_events
SELECT number, name, kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at, acknowledged_by, note
FROM alert_event WHERE name = $1 AND number < $2 ORDER BY number DESC LIMIT $3

-- name: select_told
SELECT told_through, told_version FROM state

-- name: note_told
UPDATE state SET told_through = greatest(told_through, $1), told_version = $2

-- name: raise_told
UPDATE state SET told_version = told_version + 1

-- The responses of these numbers, and of which of them who has told. They stay until that is noted: what erases one
-- then finds what was told of it.
-- name: select_tales
SELECT r.survey, r.id, r.number, r.revision, r.answered_at, r.received_at, r.updated_at, r.score, r.excluded, r.flags,
       r.forgotten_at, r.touchpoint, r.channel, r.locale, r.respondent, r.comment, r.properties, r.answers,
       r.excluded_reason, r.visit, r.sequence, r.ahead_ms, r.import
FROM survey AS s JOIN response AS r ON r.survey = s.number AND r.number = ANY ($1)
ORDER BY r.survey, r.id FOR KEY SHARE OF r

-- name: list_told
SELECT response, name FROM alert_event WHERE response = ANY ($1)

-- Of a response that is gone it is not told any more what it said.
-- name: forget_told
UPDATE alert_event SET response = NULL, response_id = NULL, value = NULL WHERE response = ANY ($1)

-- Only where there is a rule that would tell of it.
-- name: note_amended
INSERT INTO alert_amended (survey, sequence_number, response)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
WHERE EXISTS (SELECT FROM alert_state WHERE through >= 0)

-- name: delete_amended
DELETE FROM alert_amended WHERE sequence_number <= $1

-- name: delete_unwatched
DELETE FROM alert_amended WHERE NOT EXISTS (SELECT FROM alert_state WHERE through >= 0)
