-- A batch: what it locks and reads first, and what it writes at the end. Arrays stand for its rows, which are sorted.

-- name: lock_state
SELECT catalog_generation FROM state FOR UPDATE

-- name: read_generation
SELECT catalog_generation FROM state

-- name: raise_generation
UPDATE state SET catalog_generation = $1

-- name: lock_surveys_shared
SELECT number, anonymised_at FROM survey WHERE number = ANY ($1) ORDER BY number FOR KEY SHARE

-- name: lock_surveys
SELECT number, anonymised_at FROM survey WHERE number = ANY ($1) OR slug = ANY ($2) ORDER BY number FOR UPDATE

-- Surveys in which there is something of people, and those that imports are undone of.
-- name: find_surveys_of
SELECT DISTINCT s.number FROM unnest($1::text[]) AS u (respondent) CROSS JOIN survey AS s
WHERE EXISTS (SELECT FROM response AS r WHERE r.survey = s.number AND r.respondent = u.respondent)
   OR EXISTS (SELECT FROM invitation AS i WHERE i.survey = s.number AND i.respondent = u.respondent)

-- name: find_surveys_undone
SELECT survey FROM import WHERE state = 2

-- name: read_unrolled
SELECT survey, name, a, b, c, number, state FROM dimension WHERE state <> 0 ORDER BY state

-- fragment: response_columns
SELECT r.survey, r.id, r.number, r.revision, r.answered_at, r.received_at, r.updated_at, r.score, r.excluded, r.flags,
       r.forgotten_at, r.touchpoint, r.channel, r.locale, r.respondent, r.comment, r.properties, r.answers,
       r.excluded_reason, r.visit, r.sequence, r.ahead_ms, r.import, r.first_at, r.first_digest, r.first_revision

-- name: lock_responses
-- use: response_columns
FROM unnest($1::bigint[], $2::bytea[]) AS u (survey, id) JOIN response AS r ON r.survey = u.survey AND r.id = u.id
ORDER BY r.survey, r.id FOR UPDATE OF r

-- Of a person, in surveys.
-- name: lock_responses_of
-- use: response_columns
FROM unnest($1::bigint[]) AS u (survey) JOIN response AS r ON r.survey = u.survey AND r.respondent = $2
ORDER BY r.survey, r.id LIMIT $3 FOR UPDATE OF r

-- name: lock_old_responses
-- use: response_columns
FROM response AS r WHERE r.survey = $1 AND r.answered_at < $2
ORDER BY r.answered_at, r.number LIMIT $3 FOR UPDATE OF r

-- Behind the place of what has been anonymised: those that have nothing personal any more are looked at, once.
-- name: lock_personal
-- use: response_columns
FROM response AS r
WHERE r.survey = $1 AND (r.answered_at, r.score, r.excluded, r.number) > ($2, $3, $4, $5) AND r.answered_at < $6
ORDER BY r.answered_at, r.score, r.excluded, r.number LIMIT $7 FOR UPDATE OF r

-- name: select_anonymised
SELECT coalesce(anonymised_at, -9223372036854775808), anonymised_score, anonymised_excluded, anonymised_number
FROM survey WHERE number = $1

-- name: put_anonymised
UPDATE survey SET anonymised_at = $2, anonymised_score = $3, anonymised_excluded = $4, anonymised_number = $5
WHERE number = $1

-- Something was stored that lies before it. Others may have gone back further.
-- name: move_anonymised_back
UPDATE survey AS s SET anonymised_at = u.at, anonymised_score = -1, anonymised_excluded = 0, anonymised_number = 0
FROM unnest($1::bigint[], $2::bigint[]) AS u (number, at) WHERE s.number = u.number AND s.anonymised_at >= u.at

-- name: lock_suspects
-- use: response_columns
FROM response AS r WHERE r.survey = $1 AND r.flags <> 0 AND r.answered_at >= $2 AND r.answered_at < $3
ORDER BY r.answered_at, r.number LIMIT $4 FOR UPDATE OF r

-- name: read_marks
SELECT g.survey, g.id
FROM unnest($1::bigint[], $2::bytea[]) AS u (survey, id) JOIN gone AS g ON g.survey = u.survey AND g.id = u.id

-- name: lock_invitations
SELECT i.survey, i.response, i.respondent, i.properties, i.created_at, i.expires_at, i.kept_until, i.opened
FROM unnest($1::bigint[], $2::bytea[]) AS u (survey, id)
JOIN invitation AS i ON i.survey = u.survey AND i.response = u.id
ORDER BY i.survey, i.response FOR UPDATE OF i

-- name: lock_invitations_of
SELECT i.survey, i.response, i.respondent, i.properties, i.created_at, i.expires_at, i.kept_until, i.opened
FROM unnest($1::bigint[]) AS u (survey) JOIN invitation AS i ON i.survey = u.survey AND i.respondent = $2
ORDER BY i.survey, i.response LIMIT $3 FOR UPDATE OF i

-- name: lock_respondents
INSERT INTO respondent_turn (survey, respondent)
SELECT survey, sha256($3::bytea || convert_to(respondent, 'UTF8'))
FROM unnest($1::bigint[], $2::text[]) AS u (survey, respondent)
ORDER BY 1, 2
ON CONFLICT (survey, respondent) DO UPDATE SET respondent = excluded.respondent

-- name: unlock_respondents
DELETE FROM respondent_turn AS t
USING (SELECT survey, sha256($3::bytea || convert_to(respondent, 'UTF8')) AS respondent
       FROM unnest($1::bigint[], $2::text[]) AS p (survey, respondent)) AS u
WHERE t.survey = u.survey AND t.respondent = u.respondent

-- What people have answered. Who gave no score has, too.
-- Of each ($1) the last $5 of a survey ($2; 0: of every one) in [$3, $4): a search for each survey, and each of both.
-- name: read_answered
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT respondent, survey, low, high, most
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
         AS u (respondent, survey, low, high, most)),
     everywhere AS (
    SELECT a.respondent, (SELECT min(r.survey) FROM response AS r WHERE r.respondent = a.respondent) AS survey, a.low,
           a.high, a.most
    FROM asked AS a WHERE a.survey = 0
    UNION ALL
    SELECT e.respondent,
           (SELECT min(r.survey) FROM response AS r WHERE r.respondent = e.respondent AND r.survey > e.survey), e.low,
           e.high, e.most
    FROM everywhere AS e WHERE e.survey IS NOT NULL)
SELECT a.respondent, a.survey, r.id, r.number, r.answered_at
FROM (SELECT * FROM asked WHERE survey <> 0 UNION ALL SELECT * FROM everywhere WHERE survey IS NOT NULL) AS a
CROSS JOIN (VALUES (0), (2)) AS s (standing)
CROSS JOIN LATERAL (
    SELECT o.id, o.number, o.answered_at FROM response AS o
    WHERE o.respondent = a.respondent AND o.survey = a.survey AND o.excluded = s.standing AND o.answered_at >= a.low
      AND o.answered_at < a.high
    ORDER BY o.answered_at DESC LIMIT a.most) AS r

-- name: has_responses
SELECT EXISTS (SELECT FROM response WHERE survey = $1)

-- What is new. Another node may have been faster: then the batch begins again.
-- name: insert_responses
INSERT INTO response (survey, id, number, revision, answered_at, received_at, updated_at, score, excluded, flags,
                      forgotten_at, touchpoint, channel, locale, respondent, comment, properties, answers,
                      excluded_reason, visit, sequence, ahead_ms, import, first_at, first_digest, first_revision)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[],
                     $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bigint[],
                     $22::bigint[], $23::bigint[], $24::bigint[], $25::bytea[], $26::bigint[])

-- name: update_responses
UPDATE response AS r
SET revision = u.revision, answered_at = u.answered_at, received_at = u.received_at, updated_at = u.updated_at,
    score = u.score, excluded = u.excluded, flags = u.flags, forgotten_at = u.forgotten_at,
    touchpoint = u.touchpoint, channel = u.channel, locale = u.locale, respondent = u.respondent, comment = u.comment,
    properties = u.properties, answers = u.answers, excluded_reason = u.excluded_reason, visit = u.visit,
    sequence = u.sequence, ahead_ms = u.ahead_ms, import = u.import, first_at = u.first_at,
    first_digest = u.first_digest, first_revision = u.first_revision
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bigint[],
            $22::bigint[], $23::bigint[], $24::bigint[], $25::bytea[], $26::bigint[])
     AS u (survey, id, number, revision, answered_at, received_at, updated_at, score, excluded, flags,
           forgotten_at, touchpoint, channel, locale, respondent, comment, properties, answers,
           excluded_reason, visit, sequence, ahead_ms, import, first_at, first_digest, first_revision)
WHERE r.survey = u.survey AND r.id = u.id

-- name: delete_responses
DELETE FROM response AS r USING unnest($1::bigint[], $2::bytea[]) AS u (survey, id)
WHERE r.survey = u.survey AND r.id = u.id

-- name: insert_marks
INSERT INTO gone (survey, id, at)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) ON CONFLICT (survey, id) DO NOTHING

-- name: delete_marks
DELETE FROM gone AS g USING (SELECT survey, id FROM gone WHERE at < $1 ORDER BY survey, id LIMIT $2) AS u
WHERE g.survey = u.survey AND g.id = u.id

-- Another node may have been faster: then the batch begins again.
-- name: insert_invitations
INSERT INTO invitation (survey, response, respondent, properties, created_at, expires_at, kept_until, opened)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[])

-- name: update_invitations
UPDATE invitation AS i
SET respondent = u.respondent, properties = u.properties, created_at = u.created_at, expires_at = u.expires_at,
    kept_until = u.kept_until, opened = u.opened
FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
     AS u (survey, response, respondent, properties, created_at, expires_at, kept_until, opened)
WHERE i.survey = u.survey AND i.response = u.response

-- name: delete_invitations
DELETE FROM invitation AS i USING unnest($1::bigint[], $2::bytea[]) AS u (survey, id)
WHERE i.survey = u.survey AND i.response = u.id

-- name: lapse_invitations
DELETE FROM invitation AS i
USING (SELECT survey, response FROM invitation WHERE kept_until < $1 ORDER BY survey, response LIMIT $2) AS u
WHERE i.survey = u.survey AND i.response = u.response RETURNING i.survey, i.response

-- name: fix_questions
UPDATE question AS q SET answered = true FROM unnest($1::bigint[], $2::text[]) AS u (survey, key)
WHERE q.survey = u.survey AND q.key = u.key AND NOT q.answered

-- --- Visits ---

-- Waits for who has it, and is had until the end of the transaction, also when its row is deleted (unlock_visits).
-- name: lock_visits
INSERT INTO visit_turn (survey, visit) SELECT * FROM unnest($1::bigint[], $2::bytea[]) AS u (survey, visit)
ON CONFLICT (survey, visit) DO UPDATE SET visit = excluded.visit

-- name: unlock_visits
DELETE FROM visit_turn AS t USING unnest($1::bigint[], $2::bytea[]) AS u (survey, visit)
WHERE t.survey = u.survey AND t.visit = u.visit

-- fragment: visit_columns
SELECT v.survey, v.day, v.visit, v.number, v.at, v.seen, v.answers, v.next_answers, v.touchpoint, v.channel, v.locale,
       v.properties

-- name: read_visits
-- use: visit_columns
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS u (survey, visit, day)
JOIN visit AS v ON v.survey = u.survey AND v.day = u.day AND v.visit = u.visit
ORDER BY v.survey, v.number FOR UPDATE OF v

-- Of every day that there are rows of.
-- name: read_visits_of
-- use: visit_columns
FROM unnest($1::bigint[], $2::bytea[]) AS u (survey, visit)
CROSS JOIN LATERAL generate_series(
    greatest((SELECT visits_from FROM state), (SELECT min(o.day) FROM visit AS o WHERE o.survey = u.survey)),
    (SELECT max(o.day) FROM visit AS o WHERE o.survey = u.survey)) AS d (day)
JOIN visit AS v ON v.survey = u.survey AND v.day = d.day AND v.visit = u.visit
ORDER BY v.survey, v.number FOR UPDATE OF v

-- name: delete_visits
DELETE FROM visit AS v USING unnest($1::bigint[], $2::bigint[]) AS u (survey, number)
WHERE v.survey = u.survey AND v.number = u.number

-- name: update_visits
UPDATE visit AS v
SET visit = u.visit, at = u.at, seen = u.seen, answers = u.answers, next_answers = u.next_answers,
    touchpoint = u.touchpoint, channel = u.channel, locale = u.locale, properties = u.properties
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])
     AS u (survey, number, day, visit, at, seen, answers, next_answers, touchpoint, channel, locale, properties)
WHERE v.survey = u.survey AND v.number = u.number

-- name: insert_visits
INSERT INTO visit (survey, number, day, visit, at, seen, answers, next_answers, touchpoint, channel, locale, properties)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])

-- Behind every response that there is; $2 is the greatest number of the node itself.
-- name: note_reported
UPDATE survey SET reported_after = greatest($2, (SELECT max(r.number) FROM response AS r WHERE r.survey = $1))
WHERE number = $1 RETURNING reported_after

-- name: forget_shown_properties
DELETE FROM shown_property WHERE survey = $1 AND key NOT IN (SELECT key FROM survey_property WHERE survey = $1)

-- Counted by from the day $2 on, or ever where nothing was counted before.
-- name: begin_shown_properties
INSERT INTO shown_property (survey, key, shown_from)
SELECT $1, key,
       CASE WHEN EXISTS (SELECT FROM visit WHERE survey = $1)
              OR coalesce((SELECT sum(n0) FROM rollup WHERE survey = - $1 AND segmented = 0 AND tier = 0 AND bucket = 0),
                          0) > 0
            THEN $2 ELSE 0 END
FROM survey_property WHERE survey = $1 ON CONFLICT (survey, key) DO NOTHING

-- name: note_visits_from
UPDATE state SET visits_from = $1

-- name: delete_past_visits
DELETE FROM visit AS v USING (
    SELECT p.survey, p.number FROM survey AS s CROSS JOIN LATERAL (
        SELECT o.survey, o.number FROM visit AS o WHERE o.survey = s.number AND o.at < $1 ORDER BY o.at LIMIT $2) AS p
    LIMIT $2) AS u
WHERE v.survey = u.survey AND v.number = u.number

-- --- Rollups ---

-- name: savepoint
SAVEPOINT rollups

-- name: rollback_to
ROLLBACK TO SAVEPOINT rollups

-- Each that is kept holds a lock of its own until the end.
-- name: release
RELEASE SAVEPOINT rollups

-- name: lock_dimensions_shared
SELECT d.survey, d.name, d.series FROM unnest($1::bigint[], $2::text[]) AS u (survey, name)
JOIN dimension AS d ON d.survey = u.survey AND d.name = u.name
ORDER BY d.survey, d.name FOR KEY SHARE OF d

-- name: make_dimensions
INSERT INTO dimension (survey, name, series, state, a, b, c, number)
SELECT survey, name, 0, 0, 0, 0, 0, 0 FROM unnest($1::bigint[], $2::text[]) AS u (survey, name)
ON CONFLICT (survey, name) DO NOTHING

-- name: lock_dimensions
SELECT d.survey, d.name, d.series FROM unnest($1::bigint[], $2::text[]) AS u (survey, name)
JOIN dimension AS d ON d.survey = u.survey AND d.name = u.name
ORDER BY d.survey, d.name FOR UPDATE OF d

-- Behind the lock: in a statement of its own, so that it sees who held it before.
-- name: sum_beyond
SELECT coalesce((SELECT sum(b.responses) FROM beyond AS b WHERE b.survey = u.survey AND b.name = u.name), 0)::bigint
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS u (survey, name, place) ORDER BY place

-- name: find_series
SELECT u.place FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS u (survey, dimension, value, place)
JOIN series AS s ON s.survey = u.survey AND s.dimension = u.dimension AND s.value = u.value

-- name: insert_series
WITH made AS (
    INSERT INTO series (survey, dimension, value) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
    RETURNING survey, dimension)
UPDATE dimension AS d SET series = d.series + m.n
FROM (SELECT survey, dimension, count(*) AS n FROM made GROUP BY survey, dimension) AS m
WHERE d.survey = m.survey AND d.name = m.dimension

-- name: add_beyond
INSERT INTO beyond AS b (survey, name, slot, responses)
SELECT survey, name, $4, responses FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u (survey, name, responses)
ON CONFLICT (survey, name, slot) DO UPDATE SET responses = b.responses + excluded.responses

-- In the order of deltas_rows, which is the same for all.
-- name: add_rollups
INSERT INTO rollup AS r (survey, segmented, tier, bucket, dimension, value, slot,
                         n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10)
SELECT survey, segmented, tier, bucket, dimension, value, $7, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
            $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[]) WITH ORDINALITY
     AS u (survey, segmented, tier, bucket, dimension, value, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, place)
ORDER BY place
ON CONFLICT (survey, segmented, tier, bucket, dimension, value, slot) DO UPDATE SET
    n0 = r.n0 + excluded.n0, n1 = r.n1 + excluded.n1, n2 = r.n2 + excluded.n2, n3 = r.n3 + excluded.n3,
    n4 = r.n4 + excluded.n4, n5 = r.n5 + excluded.n5, n6 = r.n6 + excluded.n6, n7 = r.n7 + excluded.n7,
    n8 = r.n8 + excluded.n8, n9 = r.n9 + excluded.n9, n10 = r.n10 + excluded.n10

-- Rows that fell: of segments, whose dimension is locked, all slots where they sum to nothing; of the total our own,
-- for others may be adding to theirs.
-- name: clear_rollups
DELETE FROM rollup AS r
USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
      AS u (survey, segmented, tier, bucket, dimension, value)
WHERE r.survey = u.survey AND r.segmented = u.segmented AND r.tier = u.tier AND r.bucket = u.bucket
  AND r.dimension = u.dimension AND r.value = u.value
  AND ((r.slot = $7 AND (r.n0, r.n1, r.n2, r.n3, r.n4, r.n5, r.n6, r.n7, r.n8, r.n9, r.n10)
                      = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    OR (r.segmented = 1 AND (
        SELECT (sum(o.n0), sum(o.n1), sum(o.n2), sum(o.n3), sum(o.n4), sum(o.n5), sum(o.n6), sum(o.n7), sum(o.n8),
                sum(o.n9), sum(o.n10)) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        FROM rollup AS o
        WHERE o.survey = r.survey AND o.segmented = r.segmented AND o.tier = r.tier AND o.bucket = r.bucket
          AND o.dimension = r.dimension AND o.value = r.value)))

-- A series has rows as long as it has some of all time.
-- name: delete_series
WITH lost AS (
    DELETE FROM series AS s USING unnest($1::bigint[], $2::text[], $3::text[]) AS u (survey, dimension, value)
    WHERE s.survey = u.survey AND s.dimension = u.dimension AND s.value = u.value
      AND NOT EXISTS (SELECT FROM rollup AS r WHERE r.survey = s.survey AND r.segmented = 1 AND r.tier = 0
                        AND r.bucket = 0 AND r.dimension = s.dimension AND r.value = s.value)
    RETURNING s.survey, s.dimension)
UPDATE dimension AS d SET series = d.series - l.n
FROM (SELECT survey, dimension, count(*) AS n FROM lost GROUP BY survey, dimension) AS l
WHERE d.survey = l.survey AND d.name = l.dimension

-- --- The audit log ---

-- name: lock_audit
SELECT number, hash FROM audit_head FOR UPDATE

-- name: append_audit
INSERT INTO audit (number, at, actor, act, target, detail, hash)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])

-- name: note_audit
UPDATE audit_head SET number = $1, hash = $2

-- --- Surveys ---

-- name: put_survey
INSERT INTO survey (number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at,
                    archived_at, generation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (number) DO UPDATE SET
    revision = excluded.revision, definition = excluded.definition, metric = excluded.metric,
    scale_min = excluded.scale_min, scale_max = excluded.scale_max, created_at = excluded.created_at,
    updated_at = excluded.updated_at, archived_at = excluded.archived_at, generation = excluded.generation,
    anonymised_at = NULL

-- name: insert_revision
INSERT INTO survey_revision (survey, revision, definition, created_at) VALUES ($1, $2, $3, $4)

-- name: put_properties
WITH before AS (DELETE FROM survey_property WHERE survey = $1 AND position >= cardinality($2::text[]))
INSERT INTO survey_property (survey, position, key, rolled)
SELECT $1, place - 1, key, rolled = 1 FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS u (key, rolled, place)
ON CONFLICT (survey, position) DO UPDATE SET key = excluded.key, rolled = excluded.rolled

-- What somebody has answered stays what it is, perhaps since the asker has looked: fewer rows than are put then.
-- name: put_questions
WITH asked AS (
    SELECT *, coalesce((SELECT max(slot) FROM question WHERE survey = $1), 0) AS most
    FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[]) WITH ORDINALITY
         AS u (key, type, metric, scale_min, scale_max, place)),
     fresh AS (
    SELECT key, row_number() OVER (ORDER BY place) AS nth FROM asked
    WHERE key NOT IN (SELECT o.key FROM question AS o WHERE o.survey = $1))
INSERT INTO question AS q (survey, slot, key, type, metric, scale_min, scale_max, revision, answered)
SELECT $1, coalesce((SELECT o.slot FROM question AS o WHERE o.survey = $1 AND o.key = asked.key),
                    most + (SELECT nth FROM fresh WHERE fresh.key = asked.key)),
       key, type, metric, scale_min, scale_max, $7, false
FROM asked
ON CONFLICT (survey, key) DO UPDATE SET type = excluded.type, metric = excluded.metric,
    scale_min = excluded.scale_min, scale_max = excluded.scale_max, revision = excluded.revision
WHERE NOT q.answered OR (q.type, q.scale_min, q.scale_max) = (excluded.type, excluded.scale_min, excluded.scale_max)
                        AND q.metric IS NOT DISTINCT FROM excluded.metric
