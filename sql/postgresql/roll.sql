-- Rollups of properties that a survey declares late, or no longer.

-- name: list_clearing
SELECT DISTINCT name FROM dimension
WHERE state = 2 AND survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)

-- name: forget_undeclared
WITH gone AS (
    DELETE FROM dimension
    WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)
      AND state <> 2 AND series = 0 AND starts_with(name, 'property.')
      AND substr(name, 10) NOT IN (SELECT key FROM survey_property WHERE survey = $1)
    RETURNING survey, name)
DELETE FROM beyond AS b USING gone AS g WHERE b.survey = g.survey AND b.name = g.name

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

-- Up to $5 buckets from the tier $3 and the bucket $4 on, each found behind the one before, and up to $5 rows in them:
-- how many buckets and rows these were, and where to go on: behind the last bucket, or with the last row's once more.
-- name: clear_rows
WITH RECURSIVE places AS (
    (SELECT r.tier, r.bucket FROM rollup AS r
     WHERE r.survey = $1 AND r.segmented = 1 AND (r.tier, r.bucket) >= ($3, $4) ORDER BY r.tier, r.bucket LIMIT 1)
    UNION ALL
    SELECT n.tier, n.bucket FROM places AS p CROSS JOIN LATERAL (
        SELECT r.tier, r.bucket FROM rollup AS r
        WHERE r.survey = $1 AND r.segmented = 1 AND (r.tier, r.bucket) > (p.tier, p.bucket)
        ORDER BY r.tier, r.bucket LIMIT 1) AS n),
     held AS MATERIALIZED (SELECT tier, bucket FROM places LIMIT $5),
     rows AS MATERIALIZED (
    SELECT s.tier, s.bucket, r.value, r.slot
    FROM (SELECT tier, bucket FROM held ORDER BY tier, bucket) AS s CROSS JOIN LATERAL (
        SELECT r.value, r.slot FROM rollup AS r
        WHERE r.survey = $1 AND r.segmented = 1 AND r.tier = s.tier AND r.bucket = s.bucket AND r.dimension = $2
        LIMIT $5) AS r
    ORDER BY s.tier, s.bucket LIMIT $5),
     gone AS (
    DELETE FROM rollup AS r USING rows AS w
    WHERE r.survey = $1 AND r.segmented = 1 AND r.tier = w.tier AND r.bucket = w.bucket AND r.dimension = $2
      AND r.value = w.value AND r.slot = w.slot)
SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM rows), last_bucket.tier, last_bucket.bucket + 1, last_row.tier,
       last_row.bucket
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (SELECT tier, bucket FROM held ORDER BY tier DESC, bucket DESC LIMIT 1) AS last_bucket ON true
LEFT JOIN LATERAL (SELECT tier, bucket FROM rows ORDER BY tier DESC, bucket DESC LIMIT 1) AS last_row ON true

-- name: clear_series
DELETE FROM series WHERE survey = $1 AND dimension = $2 AND value IN (
    SELECT value FROM series WHERE survey = $1 AND dimension = $2 ORDER BY value LIMIT $3)

-- name: delete_dimension
DELETE FROM dimension WHERE survey = $1 AND name = $2
