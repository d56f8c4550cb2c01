-- What is read of responses and rollups (src/store/postgresql/reader.h).

-- name: take_snapshot
SELECT 1

-- As cursor.c counts them.
-- name: fetch_few
FETCH 40 FROM rows
-- name: fetch_many
FETCH 1000 FROM rows
-- name: close_cursor
CLOSE rows

-- What a filter asks of a response: $4 to $6 its dimensions, $7 members of the text of its properties, $8 and $9 keys
-- and values of answers, $10 the key of a question on a scale. Of several choices one must be that; a number is its
-- digits, and an answer that was erased is none.
-- fragment: of_shown
  AND ($4 IS NULL OR touchpoint = $4) AND ($5 IS NULL OR channel = $5) AND ($6 IS NULL OR locale = $6)
  AND (cardinality($7) = 0 OR (properties IS NOT NULL
       AND NOT EXISTS (SELECT FROM unnest($7) AS w (member) WHERE position(w.member IN properties) = 0)))

-- fragment: of_answers
  AND (cardinality($8) = 0 OR (answers IS NOT NULL AND NOT EXISTS (
         SELECT FROM unnest($8, $9) AS w (key, value)
         WHERE NOT coalesce(CASE jsonb_typeof(answers::jsonb -> w.key)
                            WHEN 'array' THEN (answers::jsonb -> w.key) ? w.value
                            ELSE answers::jsonb ->> w.key = w.value END, false))))

-- fragment: of_question
  AND ($10 IS NULL OR jsonb_typeof(answers::jsonb -> $10) = 'number')

-- fragment: counted_score
CASE WHEN $10 IS NULL THEN score ELSE (answers::jsonb ->> $10)::bigint END

-- What is counted of a visit, each by its enum impression_kind.
-- fragment: told
CROSS JOIN (VALUES (0), (1), (2), (3), (4)) AS told (kind)

-- fragment: is_told
  AND CASE kind WHEN 0 THEN true WHEN 1 THEN v.answers + next_answers > 0 OR seen & 72 <> 0 WHEN 2 THEN seen & 18 <> 0
                WHEN 3 THEN seen & 36 <> 0 ELSE seen & 1 <> 0 END

-- fragment: sums
sum(n0)::bigint, sum(n1)::bigint, sum(n2)::bigint, sum(n3)::bigint, sum(n4)::bigint, sum(n5)::bigint, sum(n6)::bigint,
sum(n7)::bigint, sum(n8)::bigint, sum(n9)::bigint, sum(n10)::bigint

-- How a window is read: $2 a property, $3 a question, $4 and $5 dimension and value (NULL: the total), $6 whether the
-- answers to the question are counted.
-- name: plan_window
SELECT coalesce((SELECT rolled FROM survey_property WHERE survey = $1 AND key = $2), false), q.slot, q.type,
       EXISTS (SELECT FROM series WHERE survey = n.number AND dimension = $4 AND value = $5),
       coalesce((SELECT sum(responses) FROM beyond WHERE survey = n.number AND name = $4), 0) <> 0
FROM (SELECT 1) AS one LEFT JOIN question AS q ON q.survey = $1 AND q.key = $3
CROSS JOIN LATERAL (SELECT CASE WHEN $6 AND q.slot IS NOT NULL THEN $1 + q.slot * 4294967296 ELSE $1 END AS number) AS n

-- Runs $2 of a tier from bucket $3 to $4, each as long as $5; which run, and which of the buckets that $6 bounds.
-- name: sum_totals
SELECT i.run, width_bucket(r.bucket * i.length, $6),
-- use: sums
FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS i (tier, lo, hi, length, run)
JOIN rollup AS r ON r.survey = $1 AND r.segmented = 0 AND r.tier = i.tier AND r.bucket >= i.lo AND r.bucket < i.hi
GROUP BY 1, 2

-- A segment has a row only in buckets where the total has one: those are walked, and it is looked up in each.
-- name: sum_values
SELECT i.run, width_bucket(r.bucket * i.length, $6),
-- use: sums
FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS i (tier, lo, hi, length, run)
CROSS JOIN LATERAL (SELECT DISTINCT bucket FROM rollup AS t
                    WHERE t.survey = $1 AND t.segmented = 0 AND t.tier = i.tier AND t.bucket >= i.lo
                      AND t.bucket < i.hi) AS t
JOIN rollup AS r ON r.survey = $1 AND r.segmented = 1 AND r.tier = i.tier AND r.bucket = t.bucket AND r.dimension = $7
     AND r.value = $8
GROUP BY 1, 2

-- Responses of runs of time from $2 to $3; $11 the bounds.
-- name: count_responses
SELECT i.run, width_bucket(answered_at, $11),
-- use: counted_score
       , count(*)
FROM unnest($2, $3) WITH ORDINALITY AS i (lo, hi, run)
JOIN response ON survey = $1 AND answered_at >= i.lo AND answered_at < i.hi AND excluded = 0
-- use: of_shown
-- use: of_answers
-- use: of_question
GROUP BY 1, 2, 3

-- The same without a filter, by the index alone.
-- name: count_all_responses
SELECT i.run, width_bucket(answered_at, $4), score::bigint, count(*)
FROM unnest($2, $3) WITH ORDINALITY AS i (lo, hi, run)
JOIN response ON survey = $1 AND answered_at >= i.lo AND answered_at < i.hi AND excluded = 0
GROUP BY 1, 2, 3

-- name: count_visits
SELECT i.run, width_bucket(at, $11), kind::bigint, count(*)
FROM unnest($2, $3) WITH ORDINALITY AS i (lo, hi, run)
JOIN visit AS v ON v.survey = - $1 AND at >= i.lo AND at < i.hi
-- use: told
WHERE true
-- use: is_told
-- use: of_shown
  AND cardinality($8) = 0 AND cardinality($9) = 0 AND $10 IS NULL
GROUP BY 1, 2, 3

-- Whether a dimension has values beyond those that have rollups, and whether a property's ($3 of the survey $4) are all
-- there.
-- name: select_cover
SELECT coalesce((SELECT sum(responses) FROM beyond WHERE survey = $1 AND name = $2), 0) <> 0,
       coalesce((SELECT rolled FROM survey_property WHERE survey = $4 AND key = $3), false)

-- name: find_question
SELECT slot, type FROM question WHERE survey = $1 AND key = $2

-- name: list_series_of
SELECT value FROM series WHERE survey = $1 AND dimension = $2 ORDER BY value

-- Runs of tiers ($2 to $4) by the values of a dimension ($5).
-- name: sum_segments
SELECT i.run, r.value,
-- use: sums
FROM unnest($2, $3, $4) WITH ORDINALITY AS i (tier, lo, hi, run)
JOIN rollup AS r ON r.survey = $1 AND r.segmented = 1 AND r.tier = i.tier AND r.bucket >= i.lo AND r.bucket < i.hi
     AND r.dimension = $5
GROUP BY 1, 2

-- fragment: value_of
CASE $4 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
ELSE properties::jsonb ->> $5 COLLATE "C" END

-- Runs of time ($2, $3) by the values of a dimension ($4, or the property $5) that have rollups under the number $6; $7
-- is a question on a scale.
-- name: count_segments
SELECT run, c.value, c.score, count(*)
FROM (SELECT i.run,
-- use: value_of
             AS value,
             CASE WHEN $7 IS NULL THEN score ELSE (answers::jsonb ->> $7)::bigint END AS score
      FROM unnest($2, $3) WITH ORDINALITY AS i (lo, hi, run)
      JOIN response ON survey = $1 AND answered_at >= i.lo AND answered_at < i.hi AND excluded = 0
           AND ($7 IS NULL OR jsonb_typeof(answers::jsonb -> $7) = 'number')) AS c
JOIN series AS s ON s.survey = $6 AND s.dimension = $4 AND s.value = c.value
GROUP BY 1, 2, 3

-- name: count_shown_segments
SELECT run, c.value, kind::bigint, count(*)
FROM (SELECT i.run, kind,
-- use: value_of
             AS value
      FROM unnest($2, $3) WITH ORDINALITY AS i (lo, hi, run)
      JOIN visit AS v ON v.survey = - $1 AND at >= i.lo AND at < i.hi
-- use: told
      WHERE $7 IS NULL
-- use: is_told
) AS c
JOIN series AS s ON s.survey = $6 AND s.dimension = $4 AND s.value = c.value
GROUP BY 1, 2, 3

-- name: list_asked
SELECT key, slot, type, metric, scale_min, scale_max, answered FROM question WHERE survey = $1 ORDER BY slot

-- name: select_asked_revision
SELECT definition FROM survey_revision WHERE survey = $1 AND revision = $2

-- name: select_visits_from
SELECT visits_from FROM state

-- name: select_shown_from
SELECT shown_from FROM shown_property WHERE survey = $1 AND key = $2

-- name: has_invited
SELECT coalesce((SELECT sum(n5) FROM rollup WHERE survey = $1 AND segmented = 0 AND tier = 0 AND bucket = 0), 0) > 0

-- By two dimensions: $11, or the property $12, and $13, or the property $14 (NULL: one alone).
-- name: visit_shown
DECLARE rows NO SCROLL CURSOR FOR
SELECT seen, answers, next_answers,
       CASE $11 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
       ELSE properties::jsonb ->> $12 END,
       CASE $13 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
       ELSE properties::jsonb ->> $14 END
FROM visit
WHERE survey = $1 AND at >= $2 AND at < $3
-- use: of_shown
  AND cardinality($8) = 0 AND cardinality($9) = 0 AND $10 IS NULL

-- fragment: with_counts
HAVING sum(n0) <> 0 OR sum(n1) <> 0 OR sum(n2) <> 0 OR sum(n3) <> 0 OR sum(n4) <> 0 OR sum(n5) <> 0 OR sum(n6) <> 0
    OR sum(n7) <> 0 OR sum(n8) <> 0 OR sum(n9) <> 0 OR sum(n10) <> 0

-- Rows of a tier that are left without anything are passed over up to a day's.
-- name: select_extent
WITH d AS (SELECT min(bucket) AS first, max(bucket) AS last
           FROM (SELECT bucket FROM rollup WHERE survey = $1 AND segmented = 0 AND tier = 1 GROUP BY bucket
-- use: with_counts
) AS days),
     q AS (SELECT bucket FROM d JOIN rollup AS r ON r.survey = $1 AND r.segmented = 0 AND r.tier = 3
               AND ((r.bucket >= 96 * d.first AND r.bucket < 96 + 96 * d.first)
                    OR (r.bucket >= 96 * d.last AND r.bucket < 96 + 96 * d.last))
           GROUP BY bucket
-- use: with_counts
)
SELECT min(bucket), max(bucket) FROM q

-- fragment: response_columns
survey, id, number, revision, answered_at, received_at, updated_at, score, excluded, flags, forgotten_at, touchpoint,
channel, locale, respondent, comment, properties, answers, excluded_reason, visit, sequence, ahead_ms, import

-- name: read_response
SELECT
-- use: response_columns
, first_at, first_digest, first_revision
FROM response WHERE survey = $1 AND id = $2

-- Who gave no score has answered, too.
-- name: read_last_answer
SELECT max(answered_at) FROM response
WHERE respondent = $1 AND survey = $2 AND excluded IN (0, 2) AND answered_at >= $3 AND answered_at < $4

-- name: read_last_answer_anywhere
SELECT max(answered_at) FROM response
WHERE respondent = $1 AND excluded IN (0, 2) AND answered_at >= $2 AND answered_at < $3

-- name: read_last_number
SELECT max((SELECT max(number) FROM response WHERE response.survey = s.number AND number <= $1)) FROM survey AS s

-- name: count_between
SELECT count(*) FROM (SELECT FROM response WHERE survey = $1 AND number > $2 AND number <= $3 LIMIT $4) AS found

-- $11: excluded (-1: both), $12: scores, $13: flagged.
-- fragment: of_listing
-- use: of_shown
-- use: of_answers
  AND $10 IS NULL AND ($11 < 0 OR (excluded & 1) = $11)
  AND ($12 = 0 OR (excluded < 2 AND ($12 >> score::integer) & 1 = 1)) AND (NOT $13 OR flags <> 0)

-- Pages of responses, newest first, behind ($14, $15); $3 is bounded by $14 too.
-- name: list_responses
SELECT
-- use: response_columns
FROM response
WHERE survey = $1 AND answered_at >= $2 AND answered_at < $3
-- use: of_listing
  AND ($14::bigint IS NULL OR answered_at < $14 OR id < $15)
ORDER BY answered_at DESC, id DESC LIMIT $16

-- name: list_flagged
SELECT
-- use: response_columns
FROM response
WHERE survey = $1 AND answered_at >= $2 AND answered_at < $3 AND flags <> 0
-- use: of_listing
  AND ($14::bigint IS NULL OR answered_at < $14 OR id < $15)
ORDER BY answered_at DESC, id DESC LIMIT $16

-- $17 is the respondent, $18 the survey of the place; $1 NULL: every survey.
-- name: list_of_respondent
SELECT
-- use: response_columns
FROM response
WHERE respondent = $17 AND ($1::bigint IS NULL OR survey = $1) AND answered_at >= $2 AND answered_at < $3
-- use: of_listing
  AND ($14::bigint IS NULL OR answered_at < $14 OR (id, survey) < ($15, $18))
ORDER BY answered_at DESC, id DESC, survey DESC LIMIT $16

-- $11 says which columns are wanted (enum given): the others are not sent.
-- name: visit_responses
DECLARE rows NO SCROLL CURSOR FOR
SELECT answered_at,
-- use: counted_score
       , number, CASE WHEN $11 & 2 <> 0 THEN id END,
       CASE WHEN $11 & 4 <> 0 THEN touchpoint END, CASE WHEN $11 & 8 <> 0 THEN channel END,
       CASE WHEN $11 & 16 <> 0 THEN locale END, CASE WHEN $11 & 32 <> 0 THEN respondent END,
       CASE WHEN $11 & 64 <> 0 THEN comment END, CASE WHEN $11 & 128 <> 0 THEN visit END,
       CASE WHEN $11 & 256 <> 0 THEN properties END, CASE WHEN $11 & 512 <> 0 THEN answers END, revision
FROM response
WHERE survey = $1 AND answered_at >= $2 AND answered_at < $3 AND excluded = 0
-- use: of_shown
-- use: of_answers
-- use: of_question
ORDER BY answered_at, number

-- In the order of the commits: behind the number $14; $15 the respondent, $16 and $17 bound received_at, $18 and $19
-- updated_at; $20: amended (-1: both); $21 the horizon.
-- name: walk_responses
DECLARE rows NO SCROLL CURSOR FOR
SELECT
-- use: response_columns
FROM response
WHERE survey = $1 AND answered_at >= $2 AND answered_at < $3
-- use: of_listing
  AND number > $14 AND number <= $21 AND ($15 IS NULL OR respondent = $15) AND received_at >= $16 AND received_at < $17
  AND coalesce(updated_at, received_at) >= $18 AND coalesce(updated_at, received_at) < $19
  AND ($20 < 0 OR (updated_at IS NOT NULL)::integer = $20)
ORDER BY number

-- name: next_suspected
SELECT min(survey) FROM response WHERE flags <> 0 AND survey > $1

-- Of the newest $3, by the reasons of enum flag.
-- name: sum_suspects
SELECT count(*), coalesce(sum((answered_at >= $2)::integer), 0)::bigint, coalesce(sum(flags & 1), 0)::bigint,
       coalesce(sum(flags >> 1 & 1), 0)::bigint, coalesce(sum(flags >> 2 & 1), 0)::bigint,
       coalesce(sum(flags >> 3 & 1), 0)::bigint, coalesce(sum(flags >> 4 & 1), 0)::bigint
FROM (SELECT answered_at, flags FROM response
      WHERE survey = $1 AND flags <> 0 ORDER BY answered_at DESC LIMIT $3) AS newest

-- Responses that lie beyond, by dimensions of surveys: what of these counts in questions on scales is told there.
-- fragment: overflows
FROM (SELECT survey, name, sum(responses)::bigint AS beyond FROM beyond
      WHERE survey > 0 AND survey < 4294967296 GROUP BY survey, name HAVING sum(responses) <> 0) AS b

-- name: list_overflows
SELECT b.survey, b.name, coalesce(d.series, 0), b.beyond
-- use: overflows
LEFT JOIN dimension AS d ON d.survey = b.survey AND d.name = b.name
ORDER BY 1, 2 LIMIT $1

-- name: read_figures
SELECT (SELECT coalesce(sum(n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10), 0)::bigint
        FROM survey AS s JOIN rollup AS r ON r.survey = s.number AND r.segmented = 0 AND r.tier = 0),
       (SELECT max(version) FROM cxd_schema),
       (SELECT count(*)
-- use: overflows
       ),
       (SELECT coalesce(sum(b.beyond), 0)::bigint
-- use: overflows
       ),
       (SELECT count(*) FROM dimension WHERE state <> 0),
       (SELECT known_at FROM state),
       (SELECT count(*) FROM import WHERE state = 0), (SELECT count(*) FROM import WHERE state = 1),
       (SELECT count(*) FROM import WHERE state = 2), (SELECT count(*) FROM import WHERE state = 3)

-- name: count_rollups
SELECT count(*) FROM (SELECT FROM rollup WHERE survey > 0 GROUP BY survey, segmented, tier, bucket, dimension, value
-- use: with_counts
) AS counted

-- Of what is being filled in or cleared away nothing, also where it lies under the number of a question.
-- name: visit_rollups
DECLARE rows NO SCROLL CURSOR FOR
SELECT survey, dimension, value, tier, bucket,
-- use: sums
FROM rollup AS r
WHERE survey > 0
  AND NOT EXISTS (SELECT FROM dimension AS d WHERE d.survey IN (r.survey, r.survey & 4294967295)
                                               AND d.name = r.dimension AND d.state <> 0)
GROUP BY survey, dimension, value, tier, bucket
ORDER BY survey, dimension, value, tier, bucket

-- How far it is looked at once: $2 responses behind the number $1, the last one there is, up to the horizon $3, and at
-- how many.
-- name: read_untold_end
SELECT looked.last,
       (SELECT max((SELECT max(number) FROM response WHERE response.survey = s.number AND number <= $3))
        FROM survey AS s), looked.count
FROM (SELECT max(number) AS last, count(*) AS count FROM (SELECT number FROM (
          SELECT t.number FROM survey AS s CROSS JOIN LATERAL (
              SELECT r.number FROM response AS r
              WHERE r.survey = s.number AND r.number > $1 AND r.number <= $3
              ORDER BY r.number LIMIT $2) AS t) AS next ORDER BY number LIMIT $2) AS found) AS looked

-- name: list_fresh
SELECT
-- use: response_columns
FROM (SELECT t.* FROM survey AS s CROSS JOIN LATERAL (
          SELECT r.* FROM response AS r
          WHERE r.survey = s.number AND r.number > $1 AND r.number <= $2 AND ($4 >> r.score::integer) & 1 = 1
            AND r.comment IS NOT NULL AND r.excluded = 0 AND r.flags = 0 AND r.import IS NULL
          ORDER BY r.number LIMIT $3) AS t) AS response
ORDER BY number LIMIT $3

-- Those that do not count now, or are gone, are passed over, but have been looked at.
-- name: list_amended
SELECT response.survey, id, number, revision, answered_at, received_at, updated_at, score, excluded, flags, forgotten_at,
       touchpoint, channel, locale, respondent, comment, properties, answers, excluded_reason, visit, sequence, ahead_ms,
       import, a.sequence_number
FROM alert_amended AS a JOIN response ON response.survey = a.survey AND response.number = a.response
WHERE comment IS NOT NULL AND excluded = 0 AND flags = 0 AND import IS NULL AND a.sequence_number <= $2
ORDER BY a.sequence_number LIMIT $1

-- name: last_amended
SELECT coalesce(max(sequence_number), 0) FROM alert_amended WHERE sequence_number <= $1

-- Texts of responses, in the order of a search; those without a score last.
-- fragment: texts
SELECT number, answered_at, id, CASE WHEN excluded < 2 THEN score END, comment, answers
FROM response
WHERE survey = $1 AND answered_at >= $2 AND answered_at < $3 AND (comment IS NOT NULL OR answers IS NOT NULL)
-- use: of_listing
  AND ($14 IS NULL OR respondent = $14)

-- name: search_newest
DECLARE rows NO SCROLL CURSOR FOR
-- use: texts
ORDER BY answered_at DESC

-- name: search_oldest
DECLARE rows NO SCROLL CURSOR FOR
-- use: texts
ORDER BY answered_at

-- name: search_lowest
DECLARE rows NO SCROLL CURSOR FOR
-- use: texts
ORDER BY CASE WHEN excluded < 2 THEN score ELSE 99 END, answered_at DESC

-- name: search_highest
DECLARE rows NO SCROLL CURSOR FOR
-- use: texts
ORDER BY CASE WHEN excluded < 2 THEN -score ELSE 99 END, answered_at DESC

-- name: search_all
DECLARE rows NO SCROLL CURSOR FOR
SELECT comment, answers FROM response
WHERE survey = $1 AND (comment IS NOT NULL OR answers IS NOT NULL)
ORDER BY answered_at DESC

-- name: select_numbered
SELECT
-- use: response_columns
FROM response WHERE survey = $1 AND number = ANY($2)

-- name: count_texts
SELECT count(*) FROM (SELECT FROM response WHERE survey = $1 AND (comment IS NOT NULL OR answers IS NOT NULL)
                      LIMIT $2) AS few

-- name: list_text_questions
SELECT key FROM question WHERE type = 3 AND survey = $1 ORDER BY key
