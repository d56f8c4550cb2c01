-- Rollups of properties that a survey declares late, or no longer.

-- name: list_clearing
SELECT DISTINCT name FROM dimension
WHERE state = 2 AND survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)

-- name: forget_undeclared
DELETE FROM dimension
WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)
  AND state <> 2 AND series = 0 AND starts_with(name, 'property.')
  AND substr(name, 10) NOT IN (SELECT key FROM survey_property WHERE survey = $1)

-- What lies beyond the series of such a dimension counts no more.
-- name: begin_clearing
WITH cleared AS (
    UPDATE dimension SET state = 2, a = 0, b = 0, c = 0, number = 0
    WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)
      AND state <> 2 AND starts_with(name, 'property.')
      AND substr(name, 10) NOT IN (SELECT key FROM survey_property WHERE survey = $1)
    RETURNING survey, name)
DELETE FROM beyond AS b USING cleared AS c WHERE b.survey = c.survey AND b.name = c.name

-- Of the survey alone: what its questions count is filled in along with it.
-- name: begin_filling
INSERT INTO dimension AS d (survey, name, series, state, a, b, c, number)
SELECT survey, 'property.' || key, 0, 1, 9223372036854775807, 0, 0, 0 FROM survey_property AS p
WHERE survey = $1 AND NOT rolled
  AND NOT EXISTS (SELECT FROM dimension AS o WHERE o.name = 'property.' || p.key AND o.state = 2 AND o.survey IN (
      SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1))
ORDER BY 1, 2
ON CONFLICT (survey, name) DO UPDATE SET state = 1, a = excluded.a WHERE d.state = 0

-- name: end_filling
UPDATE dimension SET state = 0, a = 0, b = 0, c = 0, number = 0
WHERE survey = $1 AND state = 1
  AND substr(name, 10) IN (SELECT key FROM survey_property WHERE survey = $1 AND rolled)

-- name: has_unrolled
SELECT EXISTS (SELECT FROM dimension WHERE state <> 0)

-- What is cleared away goes first: what is filled in may wait for it.
-- name: next_unrolled
SELECT survey, name, state, a, b, c, number FROM dimension
WHERE state <> 0 ORDER BY state DESC, survey DESC, name DESC LIMIT 1

-- name: lock_unrolled
SELECT survey, name, state, a, b, c, number FROM dimension WHERE survey = $1 AND name = $2 FOR UPDATE

-- name: lock_survey
SELECT number FROM survey WHERE number = $1 FOR UPDATE

-- name: select_unfilled
SELECT r.survey, r.id, r.number, r.revision, r.answered_at, r.received_at, r.updated_at, r.score, r.excluded, r.flags,
       r.forgotten_at, r.touchpoint, r.channel, r.locale, r.respondent, r.comment, r.properties, r.answers,
       r.excluded_reason, r.visit, r.sequence, r.ahead_ms, r.import
FROM response AS r WHERE r.survey = $1 AND (r.answered_at, r.score, r.excluded, r.number) < ($2, $3, $4, $5)
ORDER BY r.answered_at DESC, r.score DESC, r.excluded DESC, r.number DESC LIMIT $6

-- name: move_filling
UPDATE dimension SET a = $3, b = $4, c = $5, number = $6 WHERE survey = $1 AND name = $2

-- name: finish_filling
WITH done AS (UPDATE dimension SET state = 0, a = 0, b = 0, c = 0, number = 0 WHERE survey = $1 AND name = $2)
UPDATE survey_property SET rolled = true WHERE survey = $1 AND key = substr($2, 10)

-- name: clear_dimension
WITH rows AS (DELETE FROM rollup WHERE survey = $1 AND segmented = 1 AND dimension = $2 RETURNING 1),
     values AS (DELETE FROM series WHERE survey = $1 AND dimension = $2 RETURNING 1),
     itself AS (DELETE FROM dimension WHERE survey = $1 AND name = $2)
SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM values)
