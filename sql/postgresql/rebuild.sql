-- Everything that is counted of a survey, counted anew. $1 is its number: what its questions count lies under numbers
-- of theirs, and what is counted of its visits with a minus in front.

-- name: forget_counts
WITH rows AS (
    DELETE FROM rollup
    WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)),
     places AS (
    DELETE FROM series
    WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)),
     more AS (
    DELETE FROM beyond
    WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1))
DELETE FROM dimension
WHERE survey IN (SELECT $1 UNION ALL SELECT $1 + slot * 4294967296 FROM question WHERE survey = $1)

-- name: roll_properties
WITH rolled AS (UPDATE survey_property SET rolled = true WHERE survey = $1)
UPDATE survey SET generation = $2 WHERE number = $1

-- name: select_next_responses
SELECT r.survey, r.id, r.number, r.revision, r.answered_at, r.received_at, r.updated_at, r.score, r.excluded, r.flags,
       r.forgotten_at, r.touchpoint, r.channel, r.locale, r.respondent, r.comment, r.properties, r.answers,
       r.excluded_reason, r.visit, r.sequence, r.ahead_ms, r.import
FROM response AS r WHERE r.survey = $1 AND r.number > $2 ORDER BY r.number LIMIT $3

-- --- Visits. Where rows are gone, before the day $2, what was counted of them is all there is, and stays; so do the
-- values that have rollups, and those that have none. What is of invitations stays in any case.

-- name: forget_visit_segments
WITH rows AS (DELETE FROM rollup WHERE survey = - $1 AND segmented = 1),
     places AS (DELETE FROM series WHERE survey = - $1),
     more AS (DELETE FROM beyond WHERE survey = - $1)
DELETE FROM dimension WHERE survey = - $1

-- name: clear_visits
UPDATE rollup SET n0 = 0, n1 = 0, n2 = 0, n3 = 0, n4 = 0
WHERE survey = - $1 AND bucket >= $2 * CASE tier WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 24 ELSE 96 END

-- name: sum_visits
INSERT INTO rollup AS r (survey, segmented, tier, bucket, dimension, value, slot,
                         n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10)
SELECT survey, segmented, 0, 0, dimension, value, $2,
       sum(n0)::bigint, sum(n1)::bigint, sum(n2)::bigint, sum(n3)::bigint, sum(n4)::bigint, 0, 0, 0, 0, 0, 0
FROM rollup WHERE survey = - $1 AND tier = 1 GROUP BY survey, segmented, dimension, value
ON CONFLICT (survey, segmented, tier, bucket, dimension, value, slot) DO UPDATE SET
    n0 = excluded.n0, n1 = excluded.n1, n2 = excluded.n2, n3 = excluded.n3, n4 = excluded.n4

-- name: read_visits_beyond
SELECT name, sum(responses)::bigint FROM beyond WHERE survey = - $1 GROUP BY name HAVING sum(responses) > 0

-- name: delete_visits_beyond
DELETE FROM beyond WHERE survey = - $1 AND name = ANY ($2)

-- name: put_visits_beyond
INSERT INTO beyond (survey, name, slot, responses)
SELECT - $1, name, $4, responses FROM unnest($2::text[], $3::bigint[]) AS u (name, responses)

-- name: select_next_visits
SELECT v.survey, v.day, v.visit, v.number, v.at, v.seen, v.answers, v.next_answers, v.touchpoint, v.channel, v.locale,
       v.properties
FROM visit AS v WHERE v.survey = $1 AND v.number > $2 AND v.day >= $3 ORDER BY v.number LIMIT $4

-- name: delete_empty_visits
DELETE FROM rollup AS r USING (
    SELECT segmented, tier, bucket, dimension, value FROM rollup WHERE survey = - $1
    GROUP BY segmented, tier, bucket, dimension, value
    HAVING (sum(n0), sum(n1), sum(n2), sum(n3), sum(n4), sum(n5), sum(n6), sum(n7)) = (0, 0, 0, 0, 0, 0, 0, 0)) AS e
WHERE r.survey = - $1 AND r.segmented = e.segmented AND r.tier = e.tier AND r.bucket = e.bucket
  AND r.dimension = e.dimension AND r.value = e.value

-- name: delete_empty_visit_series
DELETE FROM series AS s
WHERE s.survey = - $1 AND NOT EXISTS (
    SELECT FROM rollup AS r WHERE r.survey = s.survey AND r.segmented = 1 AND r.tier = 0 AND r.bucket = 0
                              AND r.dimension = s.dimension AND r.value = s.value)

-- name: count_visit_series
UPDATE dimension AS d
SET series = (SELECT count(*) FROM series AS s WHERE s.survey = d.survey AND s.dimension = d.name)
WHERE d.survey = - $1
