-- The named queries of src/store/sqlite/. src/tools/embed.c makes a table of them, by the names in
-- src/store/sqlite/sql.h. What several queries share stands once, in whole lines after `fragment: NAME`, up to the next
-- fragment or name; `use: NAME` on a line of its own puts them into a query, or into a later fragment. The build fails
-- over a fragment that is unknown, known twice or not used.

-- name: begin_write
BEGIN IMMEDIATE;
-- name: begin_read
BEGIN;
-- name: take_snapshot
SELECT 1 FROM sqlite_schema LIMIT 1;
-- name: commit
COMMIT;
-- name: rollback
ROLLBACK;

-- What a response has said, in the order of the values of an INSERT.
-- fragment: said_columns
       id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit, sequence, ahead_ms, answers

-- As src/store/sqlite/rows.c reads them.
-- fragment: response_columns
-- use: said_columns
       , forgotten_at, number, updated_at, import

-- The number is the one behind the greatest that is there: without a search.
-- name: insert_response
INSERT INTO response (
-- use: said_columns
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
ON CONFLICT (survey, id) DO NOTHING;

-- name: insert_numbered
INSERT INTO response (
-- use: said_columns
       , number)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
ON CONFLICT (survey, id) DO NOTHING;

-- name: insert_imported
INSERT INTO response (
-- use: said_columns
       , number, updated_at, import)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
ON CONFLICT (survey, id) DO NOTHING;

-- As src/store/sqlite/imports.c reads them.
-- fragment: import_columns
SELECT number, id, survey, source, fingerprint, expected, state, created_at, updated_at, created, known, refused, removed,
       after, last, undone,
       EXISTS (SELECT 1 FROM import AS held WHERE held.survey = import.survey AND held.state = 2)
FROM import

-- name: select_import
-- use: import_columns
WHERE id = ?1;

-- name: select_import_numbered
-- use: import_columns
WHERE number = ?1;

-- name: select_open_import
-- use: import_columns
WHERE state = 0 AND survey = ?1 AND fingerprint = ?2 ORDER BY number DESC LIMIT 1;

-- name: select_undoing_import
-- use: import_columns
WHERE state = 2 ORDER BY number LIMIT 1;

-- name: has_undoing_import
SELECT 1 FROM import WHERE survey = ?1 AND state = 2 LIMIT 1;

-- name: list_imports
-- use: import_columns
WHERE number < ?1 ORDER BY number DESC LIMIT ?2;

-- name: insert_import
INSERT INTO import (id, survey, source, fingerprint, expected, state, created_at, updated_at, created, known, refused,
                    removed, after, last, undone)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15);

-- name: note_import
UPDATE import SET state = ?2, updated_at = ?3, created = ?4, known = ?5, refused = ?6, removed = ?7, last = ?8, undone = ?9
WHERE number = ?1;

-- name: count_imports
SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 1), 0), coalesce(sum(state = 2), 0), coalesce(sum(state = 3), 0)
FROM import;

-- name: select_imported
SELECT number FROM response NOT INDEXED WHERE number > ?1 AND number <= ?2 AND import = ?3 ORDER BY number LIMIT ?4;

-- name: last_numbers
SELECT coalesce((SELECT max(number) FROM response), 0), coalesce((SELECT numbered FROM identity), 0);

-- name: keep_number
UPDATE identity SET numbered = ?1 WHERE numbered < ?1;

-- fragment: responses_and_first
SELECT response.id, survey, response.revision, score, response.answered_at, received_at, excluded, touchpoint, channel,
       locale, respondent, comment, properties, excluded_reason, flags, visit, sequence, ahead_ms, answers,
       forgotten_at, number, updated_at, import, digest, said_first.answered_at, said_first.revision
FROM response LEFT JOIN said_first ON said_first.response = number

-- name: select_response
-- use: responses_and_first
WHERE survey = ?1 AND id = ?2;

-- name: select_numbered
-- use: responses_and_first
WHERE number = ?1;

-- name: update_response
UPDATE response SET revision = ?3, score = ?4, answered_at = ?5, touchpoint = ?8, channel = ?9, locale = ?10,
                    respondent = ?11, comment = ?12, properties = ?13, excluded_reason = ?14, excluded = ?7,
                    flags = ?15, visit = ?16, sequence = ?17, ahead_ms = ?18, answers = ?19, updated_at = ?21
WHERE number = ?20;

-- name: insert_first
INSERT INTO said_first (response, answered_at, digest, revision) VALUES (?1, ?2, ?3, ?4);

-- name: delete_first
DELETE FROM said_first WHERE response = ?1;

-- name: exclude_response
UPDATE response SET excluded = ?2, excluded_reason = ?3, flags = ?4, updated_at = ?5 WHERE number = ?1;

-- name: forget_response
UPDATE response SET respondent = NULL, comment = NULL, visit = NULL, excluded_reason = NULL, touchpoint = ?2,
                    channel = ?3, locale = ?4, properties = ?5, answers = ?6, forgotten_at = ?7, updated_at = ?8
WHERE number = ?1;

-- name: delete_response
DELETE FROM response WHERE number = ?1;

-- name: insert_gone
INSERT INTO gone (survey, id, at) SELECT slug, ?2, ?3 FROM survey WHERE number = ?1 ON CONFLICT (id, survey) DO NOTHING;

-- name: insert_named_gone
INSERT INTO gone (survey, id, at) VALUES (?1, ?2, ?3)
ON CONFLICT (id, survey) DO UPDATE SET at = excluded.at WHERE at < excluded.at;

-- name: select_gone
SELECT 1 FROM gone WHERE id = ?2 AND survey IN ('', (SELECT slug FROM survey WHERE number = ?1));

-- name: has_gone
SELECT 1 FROM gone LIMIT 1;

-- name: delete_gone
DELETE FROM gone WHERE (id, survey) IN (SELECT id, survey FROM gone WHERE at < ?1 ORDER BY at LIMIT ?2);

-- name: insert_invitation
INSERT INTO invitation (survey, response, respondent, properties, created_at, expires_at, kept_until, opened)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT (survey, response) DO NOTHING;

-- name: select_opened
SELECT created_at, opened FROM invitation WHERE survey = ?1 AND response = ?2;

-- name: open_invitation
UPDATE invitation SET opened = 1 WHERE survey = ?1 AND response = ?2;

-- fragment: invitations
SELECT survey, response, respondent, properties, created_at, expires_at, kept_until FROM invitation

-- name: select_invitation
-- use: invitations
WHERE survey = ?1 AND response = ?2;

-- name: list_invitations
-- use: invitations
INDEXED BY invitation_by_respondent WHERE respondent = ?1 ORDER BY created_at, survey, response LIMIT ?2;

-- name: keep_invitation
UPDATE invitation SET kept_until = ?3 WHERE survey = ?1 AND response = ?2;

-- name: delete_invitation
DELETE FROM invitation WHERE survey = ?1 AND response = ?2;

-- name: delete_named_invitation
DELETE FROM invitation WHERE survey = (SELECT number FROM survey WHERE slug = ?1) AND response = ?2;

-- name: delete_past_invitations
DELETE FROM invitation WHERE (survey, response) IN (SELECT survey, response FROM invitation INDEXED BY invitation_by_end
                                                    WHERE kept_until < ?1 ORDER BY kept_until LIMIT ?2);

-- fragment: visit_columns
       number, day, at, visit IS NULL, seen, answers, next_answers, touchpoint, channel, locale, properties

-- name: select_visit
SELECT
-- use: visit_columns
FROM impression WHERE number = ?1;

-- name: insert_visit
INSERT INTO impression (number, survey, day, visit, at, seen, answers, next_answers, touchpoint, channel, locale,
                        properties)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: update_visit
UPDATE impression SET visit = ?2, at = ?3, seen = ?4, answers = ?5, next_answers = ?6, touchpoint = ?7, channel = ?8,
                      locale = ?9, properties = ?10
WHERE number = ?1;

-- Of one whose place stays.
-- name: note_visit
UPDATE impression SET seen = ?2, answers = ?3, next_answers = ?4 WHERE number = ?1;

-- name: delete_visit
DELETE FROM impression WHERE number = ?1;

-- name: unname_visit
UPDATE impression SET visit = NULL WHERE number = ?1 AND answers = 0 AND next_answers = 0;

-- name: select_named_state
SELECT impressions_named, coalesce((SELECT max(number) FROM impression), 0), (SELECT max(day) FROM impression_name)
FROM identity;

-- name: list_unnamed_visits
SELECT number, day, visit FROM impression WHERE number > ?1 AND visit IS NOT NULL ORDER BY number;

-- name: select_visit_name
SELECT number FROM impression_name WHERE day = ?1 AND visit = ?2;

-- The first of a visit from a day on: a search for each day that there is.
-- name: select_visit_from
WITH RECURSIVE days (day) AS (
    SELECT min(day) FROM impression_name WHERE day >= ?2
    UNION ALL
    SELECT (SELECT min(n.day) FROM impression_name AS n WHERE n.day > days.day) FROM days WHERE days.day IS NOT NULL)
SELECT n.day, n.number FROM days CROSS JOIN impression_name AS n ON n.day = days.day AND n.visit = ?1 LIMIT 1;

-- name: insert_visit_name
INSERT INTO impression_name (day, visit, number) VALUES (?1, ?2, ?3) ON CONFLICT (day, visit) DO NOTHING;

-- name: delete_visit_name
DELETE FROM impression_name WHERE day = ?1 AND visit = ?2;

-- name: note_named
UPDATE identity SET impressions_named = ?1 WHERE impressions_named < ?1;

-- name: select_visits_from
SELECT impressions_from FROM identity;

-- name: note_visits_from
UPDATE identity SET impressions_from = ?1;

-- fragment: past_visits
FROM survey AS s CROSS JOIN impression AS i INDEXED BY impression_by_time ON i.survey = s.number AND i.at < ?1 LIMIT ?2

-- Before the visits themselves.
-- name: delete_past_names
DELETE FROM impression_name WHERE (day, visit) IN (
    SELECT i.day, i.visit
-- use: past_visits
);

-- name: delete_past_visits
DELETE FROM impression WHERE number IN (
    SELECT i.number
-- use: past_visits
);

-- name: has_visits
SELECT 1 FROM rollup WHERE survey = -?1 AND segmented = 0 AND tier = 0 AND bucket = 0 AND n0 > 0
UNION ALL
SELECT 1 FROM impression WHERE survey = ?1 LIMIT 1;

-- name: has_invited
SELECT 1 FROM rollup WHERE survey = ?1 AND segmented = 0 AND tier = 0 AND bucket = 0 AND n5 > 0;

-- name: forget_shown_properties
DELETE FROM impression_property
WHERE survey = ?1 AND key NOT IN (SELECT key FROM survey_property WHERE survey = ?1);

-- name: begin_shown_properties
INSERT INTO impression_property (survey, key, shown_from) SELECT ?1, key, ?2 FROM survey_property WHERE survey = ?1
ON CONFLICT (survey, key) DO NOTHING;

-- name: list_shown_properties
SELECT survey, 'property.' || key, shown_from FROM impression_property;

-- name: list_reported
SELECT survey, after FROM impression_survey;

-- name: note_reported
INSERT INTO impression_survey (survey, after) VALUES (?1, ?2);

-- name: select_shown_from
SELECT shown_from FROM impression_property WHERE survey = ?1 AND key = ?2;

-- name: select_every_visit
SELECT survey,
-- use: visit_columns
FROM impression WHERE day >= ?1;

-- What is counted of the visits from a day on is counted anew; the rest stays, and what is of invitations.
-- name: clear_visits
UPDATE rollup SET n0 = 0, n1 = 0, n2 = 0, n3 = 0, n4 = 0
WHERE survey < 0 AND bucket >= ?1 * CASE tier WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 24 ELSE 96 END;

-- name: sum_visits
UPDATE rollup SET n0 = s.n0, n1 = s.n1, n2 = s.n2, n3 = s.n3, n4 = s.n4
FROM (SELECT survey, segmented, series, sum(n0) AS n0, sum(n1) AS n1, sum(n2) AS n2, sum(n3) AS n3, sum(n4) AS n4
      FROM rollup WHERE survey < 0 AND tier = 1 GROUP BY survey, segmented, series) AS s
WHERE rollup.survey = s.survey AND rollup.segmented = s.segmented AND rollup.tier = 0 AND rollup.bucket = 0
  AND rollup.series = s.series;

-- Where no rows are gone, nothing has to stay.
-- name: delete_visit_segments
DELETE FROM rollup WHERE survey < 0 AND segmented = 1;

-- name: delete_visit_series
DELETE FROM series WHERE survey < 0;

-- name: delete_visit_dimensions
DELETE FROM dimension WHERE survey < 0;

-- name: hold_visits_beyond
UPDATE dimension SET a = beyond WHERE survey < 0;

-- name: take_visits_beyond
UPDATE dimension SET beyond = iif(a > 0, a, beyond), a = 0 WHERE survey < 0;

-- name: delete_empty_visits
DELETE FROM rollup
WHERE survey < 0 AND n0 = 0 AND n1 = 0 AND n2 = 0 AND n3 = 0 AND n4 = 0 AND n5 = 0 AND n6 = 0 AND n7 = 0;

-- name: delete_empty_visit_series
DELETE FROM series
WHERE survey < 0 AND NOT EXISTS (SELECT 1 FROM rollup WHERE survey = series.survey AND segmented = 1 AND tier = 0
                                                        AND bucket = 0 AND series = series.id);

-- name: count_visit_series
UPDATE dimension SET series = (SELECT count(*) FROM series AS s WHERE s.survey = dimension.survey
                                                                  AND s.dimension = dimension.name)
WHERE survey < 0;

-- Of an entry of the list of erasures: ?1 is the survey's slug, or NULL in one that names none and means every survey.
-- name: select_named
SELECT r.number FROM survey AS s CROSS JOIN response AS r ON r.survey = s.number AND r.id = ?2
WHERE ?1 IS NULL OR s.slug = ?1;

-- name: is_erased
SELECT 1 FROM gone WHERE id = ?2 AND (?1 IS NULL OR survey IN ('', ?1))
UNION ALL
SELECT 1 FROM survey AS s CROSS JOIN response AS r ON r.survey = s.number AND r.id = ?2
WHERE forgotten_at > 0 AND (?1 IS NULL OR s.slug = ?1)
LIMIT 1;

-- name: select_slug
SELECT slug FROM survey WHERE number = ?1;

-- name: select_identity
SELECT store, audit_secret, erasures FROM identity;

-- name: select_history
SELECT history FROM identity;

-- name: renew_history
UPDATE identity SET history = ?1;

-- name: insert_identity
-- What an older schema has left tells how late it was.
INSERT INTO identity (one, store, audit_secret, erasures, known_at)
VALUES (1, ?1, ?2, -1, coalesce((SELECT received_at FROM response ORDER BY number DESC LIMIT 1), 0));

-- name: select_known
SELECT known_at FROM identity;

-- name: note_known
UPDATE identity SET known_at = ?1;

-- name: adopt_identity
UPDATE identity SET store = ?1;

-- name: note_erasures
UPDATE identity SET erasures = ?1;

-- name: select_respondent
SELECT number FROM response WHERE respondent = ?1 LIMIT ?2;

-- name: select_flagged
SELECT number FROM response INDEXED BY response_flagged
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND flags <> 0 LIMIT ?4;

-- Of all responses but the one numbered ?5.
-- name: last_answer
-- Who gave no score has answered, too: excluded is 0 or 2.
SELECT max(last) FROM (
    SELECT max(answered_at) AS last
    FROM response INDEXED BY response_by_respondent
    WHERE respondent = ?1 AND survey = ?2 AND excluded = 0 AND answered_at >= ?3 AND answered_at < ?4 AND number <> ?5
    UNION ALL
    SELECT max(answered_at)
    FROM response INDEXED BY response_by_respondent
    WHERE respondent = ?1 AND survey = ?2 AND excluded = 2 AND answered_at >= ?3 AND answered_at < ?4 AND number <> ?5);

-- One step from survey to survey that somebody of this name has answered, and one search in each: of other surveys, and
-- of how many answers there are, nothing is read.
-- name: last_answer_anywhere
WITH RECURSIVE answered (survey) AS (
    SELECT min(survey) FROM response INDEXED BY response_by_respondent WHERE respondent = ?1
    UNION ALL
    SELECT (SELECT min(survey) FROM response INDEXED BY response_by_respondent
            WHERE respondent = ?1 AND response.survey > answered.survey)
    FROM answered WHERE survey IS NOT NULL
)
SELECT max((SELECT max(answered_at)
            FROM response INDEXED BY response_by_respondent
            WHERE respondent = ?1 AND response.survey = answered.survey AND excluded = standing
              AND answered_at >= ?3 AND answered_at < ?4 AND number <> ?5))
FROM answered CROSS JOIN (SELECT 0 AS standing UNION ALL SELECT 2) WHERE survey IS NOT NULL;

-- name: select_properties
SELECT key, value FROM json_each(?1);

-- name: has_responses
SELECT 1 FROM response WHERE survey = ?1 LIMIT 1;

-- What is counted at all: of rows that are left without anything, those of a tier are passed over up to a day's.
-- fragment: total_with_counts
FROM rollup WHERE survey = ?1 AND segmented = 0
    AND n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10 <> 0

-- name: select_extent
SELECT (SELECT bucket
-- use: total_with_counts
        AND tier = 3 AND bucket >= 96 * (SELECT bucket
-- use: total_with_counts
                                         AND tier = 1 ORDER BY bucket LIMIT 1)
        ORDER BY bucket LIMIT 1),
       (SELECT bucket
-- use: total_with_counts
        AND tier = 3 AND bucket < 96 + 96 * (SELECT bucket
-- use: total_with_counts
                                             AND tier = 1 ORDER BY bucket DESC LIMIT 1)
        ORDER BY bucket DESC LIMIT 1);

-- name: select_every_response
SELECT
-- use: response_columns
FROM response;

-- name: select_series
SELECT id FROM series WHERE survey = ?1 AND dimension = ?2 AND value = ?3;

-- name: insert_series
INSERT INTO series (survey, dimension, value) VALUES (?1, ?2, ?3);

-- name: delete_empty_series
DELETE FROM series
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM rollup
                              WHERE survey = ?2 AND segmented = 1 AND tier = 0 AND bucket = 0 AND series = ?1);

-- A place for one more series: changes nothing where there is none (?3: how many there may be).
-- name: admit_series
INSERT INTO dimension (survey, name, series) VALUES (?1, ?2, 1)
ON CONFLICT (survey, name) DO UPDATE SET series = series + 1 WHERE beyond = 0 AND series < ?3;

-- name: lose_series
UPDATE dimension SET series = series - 1 WHERE survey = ?1 AND name = ?2;

-- name: add_beyond
UPDATE dimension SET beyond = beyond + ?3 WHERE survey = ?1 AND name = ?2;

-- name: list_overflows
SELECT survey, name, series, beyond FROM dimension INDEXED BY dimension_overflowing
WHERE beyond <> 0 AND survey > ?2 AND survey < ?3 ORDER BY survey, name LIMIT ?1;

-- name: is_overflowing
SELECT 1 FROM dimension WHERE survey = ?1 AND name = ?2 AND beyond <> 0;

-- name: next_suspected
SELECT min(survey) FROM response INDEXED BY response_flagged WHERE flags <> 0 AND survey > ?1;

-- Of the newest ?3, by the reasons of enum flag.
-- name: sum_suspects
SELECT count(*), sum(answered_at >= ?2), sum(flags & 1), sum(flags >> 1 & 1), sum(flags >> 2 & 1), sum(flags >> 3 & 1),
       sum(flags >> 4 & 1)
FROM (SELECT answered_at, flags FROM response INDEXED BY response_flagged
      WHERE survey = ?1 AND flags <> 0 ORDER BY answered_at DESC LIMIT ?3);

-- name: list_values
SELECT value FROM series WHERE survey = ?1 AND dimension = ?2 LIMIT ?3;

-- name: delete_dimension
DELETE FROM dimension WHERE survey = ?1 AND name = ?2;

-- The numbers that a survey's rollups lie under: its own, and those of its questions.
-- fragment: numbers_of_survey
IN (SELECT ?1 UNION ALL SELECT ?1 + (slot << 32) FROM question WHERE question.survey = ?1)

-- name: is_clearing
SELECT 1 FROM dimension
WHERE name = 'property.' || ?2 AND state = 2 AND survey
-- use: numbers_of_survey
LIMIT 1;

-- What follows is for a survey whose properties have just been put. Of a dimension without series nothing is to be
-- cleared away.
-- name: forget_undeclared
DELETE FROM dimension
WHERE survey
-- use: numbers_of_survey
  AND state <> 2 AND series = 0 AND substr(name, 1, 9) = 'property.'
  AND substr(name, 10) NOT IN (SELECT key FROM survey_property WHERE survey = ?1);

-- name: begin_clearing
UPDATE dimension SET beyond = 0, state = 2, a = 0, b = 0, c = 0, number = 0
WHERE survey
-- use: numbers_of_survey
  AND state <> 2 AND substr(name, 1, 9) = 'property.'
  AND substr(name, 10) NOT IN (SELECT key FROM survey_property WHERE survey = ?1);

-- Of the survey alone: what its questions count is filled in along with it.
-- name: begin_filling
INSERT INTO dimension (survey, name, state, a)
SELECT survey, 'property.' || key, 1, 9223372036854775807 FROM survey_property AS p
WHERE survey = ?1 AND rolled = 0
  AND NOT EXISTS (SELECT 1 FROM dimension AS d WHERE d.name = 'property.' || p.key AND d.state = 2 AND d.survey
-- use: numbers_of_survey
)
ON CONFLICT (survey, name) DO UPDATE SET state = 1, a = excluded.a WHERE state = 0;

-- name: end_filling
UPDATE dimension SET state = 0, a = 0, b = 0, c = 0, number = 0
WHERE survey = ?1 AND state = 1
  AND substr(name, 10) IN (SELECT key FROM survey_property WHERE survey = ?1 AND rolled = 1);

-- name: finish_dimension
UPDATE dimension SET state = 0, a = 0, b = 0, c = 0, number = 0 WHERE survey = ?1 AND name = ?2;

-- What is cleared away goes first: what is filled in may wait for it.
-- name: next_unrolled
SELECT survey, name, state, a, b, c, number FROM dimension INDEXED BY dimension_unrolled
WHERE state <> 0 ORDER BY state DESC, survey DESC, name DESC LIMIT 1;

-- Those that have come as far are moved together.
-- name: move_unrolled
UPDATE dimension SET a = ?7, b = ?8, c = ?9, number = ?10
WHERE survey = ?1 AND state = ?2 AND a = ?3 AND b = ?4 AND c = ?5 AND number = ?6;

-- In two searches, as select_personal.
-- name: select_unfilled
SELECT
-- use: response_columns
FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND answered_at = ?2 AND score = ?3 AND excluded = ?4 AND number < ?5
UNION ALL
SELECT
-- use: response_columns
FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND (answered_at, score, excluded) < (?2, ?3, ?4)
ORDER BY answered_at DESC, score DESC, excluded DESC, number DESC LIMIT ?6;

-- name: roll_property
UPDATE survey_property SET rolled = 1 WHERE survey = ?1 AND key = ?2;

-- Rows from a place on, and whether each is to go.
-- name: select_uncleared
SELECT tier, bucket, series,
       (SELECT state = 2 FROM series AS s CROSS JOIN dimension AS d ON d.survey = s.survey AND d.name = s.dimension
        WHERE s.id = rollup.series)
FROM rollup
WHERE survey = ?1 AND segmented = 1 AND (tier, bucket, series) > (?2, ?3, ?4)
ORDER BY tier, bucket, series LIMIT ?5;

-- name: delete_rollup
DELETE FROM rollup WHERE survey = ?1 AND segmented = 1 AND tier = ?2 AND bucket = ?3 AND series = ?4;

-- name: delete_some_series
DELETE FROM series WHERE id IN (SELECT id FROM series WHERE survey = ?1 AND dimension = ?2 LIMIT ?3);

-- name: add_rollup
INSERT INTO rollup (survey, segmented, tier, bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (survey, segmented, tier, bucket, series) DO UPDATE SET
    n0 = n0 + excluded.n0, n1 = n1 + excluded.n1, n2 = n2 + excluded.n2, n3 = n3 + excluded.n3,
    n4 = n4 + excluded.n4, n5 = n5 + excluded.n5, n6 = n6 + excluded.n6, n7 = n7 + excluded.n7,
    n8 = n8 + excluded.n8, n9 = n9 + excluded.n9, n10 = n10 + excluded.n10;

-- Of a row that is there, at half the cost of what looks whether it is.
-- name: raise_rollup
UPDATE rollup SET n0 = n0 + ?6, n1 = n1 + ?7, n2 = n2 + ?8, n3 = n3 + ?9, n4 = n4 + ?10, n5 = n5 + ?11, n6 = n6 + ?12,
                  n7 = n7 + ?13, n8 = n8 + ?14, n9 = n9 + ?15, n10 = n10 + ?16
WHERE survey = ?1 AND segmented = ?2 AND tier = ?3 AND bucket = ?4 AND series = ?5;

-- What was counted last (src/store/sqlite/recent.h).
-- name: list_recent
SELECT survey, tier, bucket, counts FROM recent ORDER BY survey, tier, bucket;

-- name: select_recent
SELECT survey, tier, bucket, counts FROM recent WHERE survey = ?1 ORDER BY tier, bucket;

-- name: insert_recent
INSERT INTO recent (survey, tier, bucket, counts) VALUES (?1, ?2, ?3, ?4);

-- name: update_recent
UPDATE recent SET counts = ?4 WHERE survey = ?1 AND tier = ?2 AND bucket = ?3;

-- name: delete_recent
DELETE FROM recent WHERE survey = ?1 AND tier = ?2 AND bucket = ?3;

-- What a rebuild counts again: all of responses, and of visits the days from ?1 on, or 0 for all.
-- name: delete_recounted
DELETE FROM recent WHERE survey >= 0 OR ?1 = 0 OR bucket >= ?1 * CASE tier WHEN 1 THEN 1 ELSE 96 END;

-- name: delete_all_recent
DELETE FROM recent;

-- name: check_rollup_row
SELECT 1 FROM rollup WHERE survey = ?1 AND segmented = ?2 AND tier = ?3 AND bucket = ?4 AND series = ?5;

-- name: delete_empty_rollup
DELETE FROM rollup
WHERE survey = ?1 AND segmented = ?2 AND tier = ?3 AND bucket = ?4 AND series = ?5
  AND n0 = 0 AND n1 = 0 AND n2 = 0 AND n3 = 0 AND n4 = 0 AND n5 = 0
  AND n6 = 0 AND n7 = 0 AND n8 = 0 AND n9 = 0 AND n10 = 0;

-- name: delete_all_rollups
DELETE FROM rollup WHERE survey > 0;

-- name: delete_all_series
DELETE FROM series WHERE survey > 0;

-- name: delete_all_dimensions
DELETE FROM dimension WHERE survey > 0;

-- name: roll_all_properties
UPDATE survey_property SET rolled = 1;

-- name: read_total
SELECT bucket, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
FROM rollup WHERE survey = ?1 AND segmented = 0 AND tier = ?2 AND bucket >= ?3 AND bucket < ?4
ORDER BY bucket;

-- A segment has a row only in buckets where the total has one: walk those, and look the segment up in each.
-- name: read_segment
SELECT s.bucket, s.n0, s.n1, s.n2, s.n3, s.n4, s.n5, s.n6, s.n7, s.n8, s.n9, s.n10
FROM rollup AS t
CROSS JOIN rollup AS s
    ON s.survey = ?1 AND s.segmented = 1 AND s.tier = ?2 AND s.bucket = t.bucket AND s.series = ?5
WHERE t.survey = ?1 AND t.segmented = 0 AND t.tier = ?2 AND t.bucket >= ?3 AND t.bucket < ?4
ORDER BY t.bucket;

-- deal_rollup takes a row and says no, so that one step walks them all: half of what it costs to hand each over.
-- fragment: dealt
  AND deal_rollup(r.series, r.n0, r.n1, r.n2, r.n3, r.n4, r.n5, r.n6, r.n7, r.n8, r.n9, r.n10)

-- All segments of the survey, of whatever dimension: they lie by time.
-- name: deal_segments
SELECT 1 FROM rollup AS r WHERE r.survey = ?1 AND r.segmented = 1 AND r.tier = ?2 AND r.bucket >= ?3 AND r.bucket < ?4
-- use: dealt
;

-- Those of one dimension, where they are few among many: a search each.
-- name: deal_segments_of
SELECT 1
FROM rollup AS t
CROSS JOIN series AS s ON s.survey = ?1 AND s.dimension = ?5
CROSS JOIN rollup AS r
    ON r.survey = ?1 AND r.segmented = 1 AND r.tier = ?2 AND r.bucket = t.bucket AND r.series = s.id
WHERE t.survey = ?1 AND t.segmented = 0 AND t.tier = ?2 AND t.bucket >= ?3 AND t.bucket < ?4
-- use: dealt
;

-- Days that are over, packed (src/store/sqlite/packs.h). Each has counts, or NULL: it has none of the dimension.
-- name: list_packed
SELECT p.bucket, (SELECT counts FROM pack AS k
                  WHERE k.survey = ?1 AND k.span = ?2 AND k.bucket = p.bucket AND k.dimension = ?5)
FROM packed AS p WHERE p.survey = ?1 AND p.span = ?2 AND p.bucket >= ?3 AND p.bucket < ?4 AND p.state = 1
ORDER BY p.bucket;

-- What is being cleared away is not packed.
-- name: list_members
SELECT s.id, d.name FROM dimension AS d CROSS JOIN series AS s ON s.survey = d.survey AND s.dimension = d.name
WHERE d.survey = ?1 AND d.state <> 2 ORDER BY d.name;

-- name: read_day_rows
SELECT series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
FROM rollup WHERE survey = ?1 AND segmented = 1 AND tier = 1 AND bucket >= ?2 AND bucket < ?3;

-- name: wait_packed
INSERT INTO packed (survey, span, bucket, state) VALUES (?1, ?2, ?3, 0)
ON CONFLICT (survey, span, bucket) DO UPDATE SET state = 0 WHERE state <> 0;

-- name: delete_packs
DELETE FROM pack WHERE survey = ?1 AND span = ?2 AND bucket = ?3;

-- name: wait_packed_of
UPDATE packed SET state = 0 WHERE survey
-- use: numbers_of_survey
;

-- name: delete_packs_of
DELETE FROM pack WHERE survey
-- use: numbers_of_survey
;

-- name: delete_all_packs
DELETE FROM pack;

-- name: delete_all_packed
DELETE FROM packed;

-- name: forget_packed_through
UPDATE identity SET packed_through = -1000000;

-- name: note_packed_through
UPDATE identity SET packed_through = ?1;

-- Every number that days have rollups under.
-- fragment: days_of_all
(SELECT number AS it FROM survey UNION ALL SELECT -number FROM survey UNION ALL SELECT survey + (slot << 32) FROM question)
CROSS JOIN rollup ON survey = it AND segmented = 0 AND tier = 1

-- name: select_unclosed_day
SELECT min((SELECT bucket FROM rollup WHERE survey = it AND segmented = 0 AND tier = 1 AND bucket >= ?1
            ORDER BY bucket LIMIT 1))
FROM (SELECT number AS it FROM survey UNION ALL SELECT -number FROM survey
      UNION ALL SELECT survey + (slot << 32) FROM question);

-- name: close_days
INSERT OR IGNORE INTO packed (survey, span, bucket, state)
SELECT survey, 0, bucket, 0 FROM
-- use: days_of_all
WHERE bucket >= ?1 AND bucket < ?2;

-- name: close_runs
INSERT OR IGNORE INTO packed (survey, span, bucket, state)
SELECT DISTINCT survey, 1, bucket >> 3, 0 FROM
-- use: days_of_all
WHERE bucket >= ?1 >> 3 << 3 AND bucket < ?2 >> 3 << 3;

-- name: count_unpacked
SELECT count(*) FROM packed INDEXED BY packed_waiting WHERE state = 0;

-- name: next_waiting
SELECT survey, span, bucket FROM packed INDEXED BY packed_waiting WHERE state = 0 ORDER BY span, survey, bucket LIMIT 1;

-- name: note_packed
UPDATE packed SET state = ?4 WHERE survey = ?1 AND span = ?2 AND bucket = ?3;

-- name: insert_pack
INSERT INTO pack (survey, span, bucket, dimension, counts) VALUES (?1, ?2, ?3, ?4, ?5);

-- Each of what is counted of a visit is a row of its own, as a response is: by enum impression_kind.
-- fragment: told
WITH told (kind) AS (VALUES (0), (1), (2), (3), (4))

-- fragment: visits_told
FROM impression AS response INDEXED BY impression_by_time CROSS JOIN told
WHERE survey = -?1 AND at >= ?2 AND at < ?3
  AND CASE kind WHEN 0 THEN 1 WHEN 1 THEN answers + next_answers > 0 OR seen & 72 WHEN 2 THEN seen & 18
                WHEN 3 THEN seen & 36 ELSE seen & 1 END

-- ?4 is the dimension, ?5 the path of a property's value, and ?6 that of an answer on a scale, or NULL.
-- name: scan_segments
SELECT iif(?6 IS NULL, score, answer_number(answers, ?6)),
       CASE ?4 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
              ELSE json_extract(properties, ?5) END
FROM response WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
  AND (?6 IS NULL OR answer_number(answers, ?6) IS NOT NULL);

-- name: scan_shown_segments
-- use: told
SELECT kind, CASE ?4 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
             ELSE json_extract(properties, ?5) END
-- use: visits_told
;

-- name: list_segments
SELECT id, value FROM series WHERE survey = ?1 AND dimension = ?2 ORDER BY value;

-- name: select_dimension
SELECT series, beyond FROM dimension WHERE survey = ?1 AND name = ?2;

-- name: count_series
SELECT coalesce(sum(series), 0) FROM dimension WHERE survey = ?1;

-- name: scan_total
SELECT answered_at, score
FROM response WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
ORDER BY answered_at;

-- What a filter asks of a response. ?7 is a JSON object of the properties that must be there, or NULL.
-- fragment: of_dimensions
  AND (?4 IS NULL OR touchpoint = ?4) AND (?5 IS NULL OR channel = ?5) AND (?6 IS NULL OR locale = ?6)

-- fragment: of_properties
  AND (?7 IS NULL OR (properties IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM json_each(?7) AS wanted
         WHERE NOT EXISTS (SELECT 1 FROM json_each(response.properties) AS held
                           WHERE held.key = wanted.key AND held.value = wanted.value))))

-- ?19 is the answers that must be there, as src/store/sqlite/answer_filter.c writes and reads them, or NULL: of several
-- choices, one must be that. (A number is its digits, and an answer that was erased is no text.)
-- fragment: of_answers
  AND (?19 IS NULL OR answers_hold(answers, ?19))

-- ?20 is the member of an answer on a scale, which is counted instead of the score, or NULL.
-- fragment: of_question
  AND (?20 IS NULL OR answer_number(answers, ?20) IS NOT NULL)

-- ?8 is the text of one member of ?7, which is found sooner than JSON is read.
-- name: scan_filtered
SELECT answered_at, iif(?20 IS NULL, score, answer_number(answers, ?20))
FROM response
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
-- use: of_dimensions
  AND (?8 IS NULL OR instr(properties, ?8) > 0)
-- use: of_properties
-- use: of_answers
-- use: of_question
ORDER BY answered_at;

-- ?9 says which columns are wanted (enum given): the others are not read, and with what the index holds no row is.
-- name: visit_responses
SELECT answered_at, iif(?20 IS NULL, score, answer_number(answers, ?20)), number, iif(?9 & 2, id, NULL), iif(?9 & 4, touchpoint, NULL), iif(?9 & 8, channel, NULL),
       iif(?9 & 16, locale, NULL), iif(?9 & 32, respondent, NULL), iif(?9 & 64, comment, NULL),
       iif(?9 & 128, visit, NULL), iif(?9 & 256, properties, NULL), iif(?9 & 512, answers, NULL),
       iif(?9 & 512, revision, NULL)
FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
-- use: of_dimensions
  AND (?8 IS NULL OR instr(properties, ?8) > 0)
-- use: of_properties
-- use: of_answers
-- use: of_question
ORDER BY answered_at, number;

-- name: scan_visits
-- use: told
SELECT at, kind
-- use: visits_told
-- use: of_dimensions
-- use: of_properties
  AND ?8 IS ?8
ORDER BY at;

-- ?9 and ?11 are dimensions, ?10 and ?12 the paths of properties' values; the second may be NULL.
-- name: visit_shown
SELECT seen, answers, next_answers,
       CASE ?9 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
       ELSE json_extract(properties, ?10) END,
       CASE ?11 WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'locale' THEN locale
       ELSE json_extract(properties, ?12) END
FROM impression AS response INDEXED BY impression_by_time
WHERE survey = ?1 AND at >= ?2 AND at < ?3
-- use: of_dimensions
  AND (?8 IS NULL OR instr(properties, ?8) > 0)
-- use: of_properties
;

-- One row a survey: the tier that holds all.
-- name: count_counted
SELECT sum(n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10)
FROM survey CROSS JOIN rollup ON survey = number AND segmented = 0 AND tier = 0;

-- name: sum_overflows
SELECT count(*), coalesce(sum(beyond), 0) FROM dimension INDEXED BY dimension_overflowing
WHERE beyond <> 0 AND survey > 0 AND survey < 1 << 32;

-- name: count_unrolled
SELECT count(*) FROM dimension INDEXED BY dimension_unrolled WHERE state <> 0;

-- name: count_rollups
SELECT (SELECT count(*) FROM rollup WHERE survey > 0), count(*), coalesce(sum(length(counts)), 0) FROM pack;

-- name: read_schema_number
PRAGMA user_version;

-- name: list_series
SELECT number, '', '', 0 FROM survey UNION ALL
SELECT survey + (slot << 32), '', '', 0 FROM question UNION ALL
SELECT survey, dimension, value, id FROM series AS s
WHERE survey > 0
  AND NOT EXISTS (SELECT 1 FROM dimension AS d WHERE d.survey IN (s.survey, s.survey & 0xffffffff)
                                                 AND d.name = s.dimension AND d.state <> 0)
ORDER BY 1, 2, 3;

-- fragment: surveys
SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at, archived_at
FROM survey

-- name: select_survey
-- use: surveys
WHERE slug = ?1;

-- name: select_survey_by_number
-- use: surveys
WHERE number = ?1;

-- name: list_surveys
-- use: surveys
ORDER BY slug;

-- name: changed_surveys
-- use: surveys
INDEXED BY survey_by_generation WHERE generation > ?1 ORDER BY slug;

-- A row that is changed gets the generation that its transaction ends with (raise_generation).
-- name: put_survey
INSERT INTO survey (number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at,
                    archived_at, generation)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, (SELECT catalog_generation + 1 FROM identity))
ON CONFLICT (slug) DO UPDATE SET
    revision = excluded.revision, definition = excluded.definition, metric = excluded.metric,
    scale_min = excluded.scale_min, scale_max = excluded.scale_max, updated_at = excluded.updated_at,
    archived_at = excluded.archived_at, generation = excluded.generation;

-- name: archive_survey
UPDATE survey SET archived_at = ?2, generation = (SELECT catalog_generation + 1 FROM identity) WHERE slug = ?1;

-- name: insert_revision
INSERT INTO survey_revision (survey, revision, definition, created_at) VALUES (?1, ?2, ?3, ?4);

-- name: select_survey_properties
SELECT key, rolled FROM survey_property WHERE survey = ?1 ORDER BY position;

-- name: list_survey_properties
SELECT survey, key, rolled FROM survey_property ORDER BY survey, position;

-- name: changed_properties
SELECT survey, key, rolled FROM survey_property
WHERE survey IN (SELECT number FROM survey WHERE generation > ?1) ORDER BY survey, position;

-- name: list_filling
SELECT survey, name, a, b, c, number FROM dimension INDEXED BY dimension_unrolled
WHERE state <> 0 AND state = 1;

-- name: list_survey_numbers
SELECT number FROM survey ORDER BY number;

-- Every question that a survey has, or has had.
-- name: list_questions
SELECT survey, key, slot, type, metric, scale_min, scale_max, answered FROM question ORDER BY survey, slot;

-- name: select_questions
SELECT key, slot, type, metric, scale_min, scale_max, answered FROM question WHERE survey = ?1 ORDER BY slot;

-- A new one gets the next slot.
-- name: put_question
INSERT INTO question (survey, slot, key, type, metric, scale_min, scale_max, revision, answered)
VALUES (?1, (SELECT coalesce(max(slot), 0) + 1 FROM question WHERE survey = ?1), ?2, ?3, ?4, ?5, ?6, ?7, 0)
ON CONFLICT (survey, key) DO UPDATE SET type = excluded.type, metric = excluded.metric, scale_min = excluded.scale_min,
    scale_max = excluded.scale_max, revision = excluded.revision;

-- name: fix_question
UPDATE question SET answered = 1 WHERE survey = ?1 AND key = ?2;

-- name: select_question
SELECT slot, type FROM question WHERE survey = ?1 AND key = ?2;

-- name: select_revision
SELECT definition FROM survey_revision WHERE survey = ?1 AND revision = ?2;

-- name: is_rolled
SELECT 1 FROM survey_property WHERE survey = ?1 AND key = ?2 AND rolled = 1;

-- name: delete_survey_properties
DELETE FROM survey_property WHERE survey = ?1;

-- name: insert_survey_property
INSERT INTO survey_property (survey, position, key, rolled) VALUES (?1, ?2, ?3, ?4);

-- fragment: keys
SELECT id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at
FROM api_key

-- name: select_key
-- use: keys
WHERE id = ?1;

-- name: list_keys
-- use: keys
INDEXED BY key_by_generation WHERE generation > ?1 ORDER BY created_at, id;

-- name: insert_key
INSERT INTO api_key (id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at, generation)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, (SELECT catalog_generation + 1 FROM identity));

-- name: revoke_key
UPDATE api_key SET revoked_at = ?2, generation = (SELECT catalog_generation + 1 FROM identity) WHERE id = ?1;

-- name: note_key_used
UPDATE api_key SET used_day = ?2, generation = (SELECT catalog_generation + 1 FROM identity) WHERE id = ?1;

-- name: delete_key
DELETE FROM api_key WHERE id = ?1;

-- name: note_keys_removed
UPDATE identity SET keys_removed = catalog_generation + 1;

-- name: list_sessions
SELECT hash, key, scopes, link, created_at, seen_at FROM session ORDER BY hash;

-- name: insert_session
INSERT INTO session (hash, key, scopes, link, created_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: note_session_seen
UPDATE session SET seen_at = ?2 WHERE hash = ?1;

-- name: delete_session
DELETE FROM session WHERE hash = ?1;

-- name: note_sessions_changed
UPDATE identity SET sessions_changed = catalog_generation + 1;

-- fragment: documents
SELECT name, revision, definition, created_at, updated_at FROM document

-- name: list_revisions
SELECT revision, definition FROM survey_revision WHERE survey = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3;

-- name: select_document
-- use: documents
WHERE kind = ?1 AND name = ?2;

-- name: list_documents
-- use: documents
WHERE kind = ?1 AND name > ?2 ORDER BY name LIMIT ?3;

-- name: count_documents
SELECT count(*) FROM document WHERE kind = ?1;

-- name: put_document
INSERT INTO document (kind, name, definition, revision, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (kind, name) DO UPDATE SET definition = excluded.definition, revision = excluded.revision,
    updated_at = excluded.updated_at;

-- name: delete_document
DELETE FROM document WHERE kind = ?1 AND name = ?2;

-- name: raise_generation
UPDATE identity SET catalog_generation = catalog_generation + 1;

-- name: select_generation
SELECT catalog_generation, keys_removed, packed_through, sessions_changed FROM identity;

-- name: list_signing_keys
SELECT number, secret, created_at FROM signing_key ORDER BY number DESC LIMIT 2;

-- name: insert_signing_key
INSERT INTO signing_key (secret, created_at) VALUES (?1, ?2);

-- name: delete_old_signing_keys
DELETE FROM signing_key WHERE number NOT IN (SELECT number FROM signing_key ORDER BY number DESC LIMIT 2);

-- fragment: listed
-- use: of_dimensions
-- use: of_properties
-- use: of_answers
  AND (?8 < 0 OR excluded & 1 = ?8) AND (?9 IS NULL OR respondent = ?9)
  AND (?15 = 0 OR (excluded < 2 AND ?15 >> score & 1))

-- As src/store/sqlite/alert_rows.c reads them.
-- fragment: alert_columns
       name, revision, version, status, since, evaluated_at, day_end, through, reason, n, value, p_value,
       acknowledged_at, acknowledged_by, note

-- name: select_alert
SELECT
-- use: alert_columns
FROM alert_state WHERE name = ?1;

-- name: list_alerts
SELECT
-- use: alert_columns
FROM alert_state ORDER BY name;

-- name: put_alert
INSERT OR REPLACE INTO alert_state (
-- use: alert_columns
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15);

-- name: delete_alert
DELETE FROM alert_state WHERE name = ?1;

-- name: insert_alert_event
INSERT INTO alert_event (name, number, kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at,
                         acknowledged_by, note)
VALUES (?1, coalesce((SELECT max(number) FROM alert_event WHERE name = ?1), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
        ?10, ?11, ?12);

-- name: prune_alert_events
DELETE FROM alert_event
WHERE name = ?1 AND number <= (SELECT max(number) FROM alert_event WHERE name = ?1) - ?2;

-- name: delete_alert_events
DELETE FROM alert_event WHERE name = ?1;

-- name: list_alert_events
SELECT number, name, kind, at, day_end, n, value, p_value, response, response_id, acknowledged_at, acknowledged_by, note
FROM alert_event WHERE name = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3;

-- name: was_told
SELECT 1 FROM alert_event WHERE response = ?1 AND name = ?2;

-- name: forget_told
UPDATE alert_event SET response = NULL, response_id = NULL, value = NULL WHERE response = ?1;

-- name: select_told
SELECT through, version FROM alert_told;

-- name: note_told
UPDATE alert_told SET through = max(through, ?1), version = ?2;

-- name: raise_told
UPDATE alert_told SET version = version + 1;

-- Only where there is a rule that would tell of it.
-- name: note_amended
INSERT INTO alert_amended (response) SELECT ?1 WHERE EXISTS (SELECT 1 FROM alert_state WHERE through >= 0);

-- name: list_amended
SELECT
-- use: response_columns
       , sequence_number
FROM alert_amended JOIN response ON response.number = alert_amended.response
WHERE comment IS NOT NULL AND excluded = 0 AND flags = 0 AND import IS NULL
ORDER BY sequence_number LIMIT ?1;

-- name: last_amended
SELECT max(sequence_number) FROM alert_amended;

-- name: delete_amended
DELETE FROM alert_amended WHERE sequence_number <= ?1;

-- name: delete_unwatched
DELETE FROM alert_amended WHERE NOT EXISTS (SELECT 1 FROM alert_state WHERE through >= 0);

-- name: list_fresh
SELECT
-- use: response_columns
FROM response
WHERE number > ?1 AND number <= ?2 AND (?4 >> score) & 1 AND comment IS NOT NULL AND excluded = 0 AND flags = 0
  AND import IS NULL
ORDER BY number LIMIT ?3;

-- name: last_response
SELECT max(number) FROM response;

-- Pages of responses, newest first. The cursor (?10, ?11) also bounds ?3, so that a page begins where it
-- should; ?1 is NULL for every survey.
-- name: list_responses
SELECT
-- use: response_columns
FROM response
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
-- use: listed
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND id < ?11))
ORDER BY answered_at DESC, id DESC LIMIT ?12;

-- name: list_flagged
SELECT
-- use: response_columns
FROM response INDEXED BY response_flagged
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND flags <> 0
-- use: listed
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND id < ?11))
ORDER BY answered_at DESC, id DESC LIMIT ?12;

-- name: list_of_respondent
SELECT
-- use: response_columns
FROM response INDEXED BY response_by_respondent
WHERE respondent = ?9 AND (?1 IS NULL OR survey = ?1) AND answered_at >= ?2 AND answered_at < ?3
  AND (?13 = 0 OR flags <> 0)
-- use: listed
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND (id, survey) < (?11, ?14)))
ORDER BY answered_at DESC, id DESC, survey DESC LIMIT ?12;

-- Where nothing but the index decides: the page is found in it, and only its responses are read, however many there are
-- of the name.
-- name: list_of_person
SELECT
-- use: response_columns
FROM (SELECT number AS listed FROM response INDEXED BY response_by_respondent
      WHERE respondent = ?9 AND (?1 IS NULL OR survey = ?1) AND answered_at >= ?2 AND answered_at < ?3
        AND (?8 < 0 OR excluded & 1 = ?8)
        AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND (id, survey) < (?11, ?14)))
      ORDER BY answered_at DESC, id DESC, survey DESC LIMIT ?12)
CROSS JOIN response ON number = listed
ORDER BY answered_at DESC, id DESC, survey DESC;

-- In the order of the commits: src/store/sqlite/walk.c. ?10 and ?11 bound the numbers.
-- fragment: walked
-- use: listed
  AND received_at >= ?12 AND received_at < ?13
  AND (?14 IS NULL OR (coalesce(updated_at, received_at) >= ?14 AND coalesce(updated_at, received_at) < ?16))
  AND (?17 = 0 OR flags <> 0) AND (?18 < 0 OR (updated_at IS NOT NULL) = ?18)

-- name: walk_responses
SELECT
-- use: response_columns
FROM response NOT INDEXED
WHERE number > ?10 AND number <= ?11 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
-- use: walked
ORDER BY number;

-- name: walk_response
SELECT
-- use: response_columns
FROM response NOT INDEXED
WHERE number = ?10 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
-- use: walked
;

-- name: gather_numbers
SELECT number FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND number > ?4 AND (?5 = 0 OR ?5 >> score & 1);

-- name: gather_flagged
SELECT number FROM response INDEXED BY response_flagged
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND flags <> 0 AND number > ?4;

-- name: gather_of_respondent
SELECT number FROM response INDEXED BY response_by_respondent
WHERE respondent = ?5 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND number > ?4;

-- The index of comments, see src/store/sqlite/comments.c.
-- name: select_comment_state
SELECT indexed, purge, stale FROM comment_state;

-- name: note_comment_state
UPDATE comment_state SET indexed = ?1, purge = ?2, stale = ?3;

-- name: count_unindexed
SELECT max(0, coalesce((SELECT max(number) FROM response), 0) - coalesce((SELECT indexed FROM comment_state), 0));

-- name: select_unindexed
SELECT number, survey, iif(excluded < 2, score, NULL), answered_at, comment, answers
FROM response WHERE number > ?1 ORDER BY number LIMIT ?2;

-- Which questions are for texts (enum question_type): of a survey, or (0) of every one.
-- name: list_text_questions
SELECT survey, key FROM question WHERE type = 3 AND (?1 = 0 OR survey = ?1) ORDER BY survey, key;

-- name: insert_indexed
INSERT INTO comment_index (rowid, comment, facet) VALUES (?1, ?2, ?3);

-- name: delete_indexed
INSERT INTO comment_index (comment_index, rowid, comment, facet) VALUES ('delete', ?1, ?2, ?3);

-- name: save_index
SAVEPOINT index_flush;

-- name: release_index
RELEASE index_flush;

-- name: merge_index
INSERT INTO comment_index (comment_index, rank) VALUES ('merge', ?1);

-- name: delete_all_indexed
INSERT INTO comment_index (comment_index) VALUES ('delete-all');

-- name: select_index_structure
SELECT block FROM comment_index_data WHERE id = 10;

-- name: select_places
SELECT place, number, words FROM comment_place WHERE place BETWEEN ?1 AND ?2 ORDER BY place;

-- name: insert_place
INSERT INTO comment_place (place, number, words) VALUES (?1, ?2, ?3);

-- name: delete_place
DELETE FROM comment_place WHERE place = ?1;

-- name: delete_all_places
DELETE FROM comment_place;

-- name: add_comments
INSERT INTO comment_total (survey, comments, words) VALUES (?1, ?2, ?3)
ON CONFLICT (survey) DO UPDATE SET comments = comments + excluded.comments, words = words + excluded.words;

-- name: select_comment_total
SELECT comments, words FROM comment_total WHERE survey = ?1;

-- name: delete_all_totals
DELETE FROM comment_total;

-- name: reset_comment_state
INSERT OR REPLACE INTO comment_state (one, indexed, purge, stale) VALUES (1, 0, 0, 0);

-- ?1 is the MATCH, in the words of src/store/sqlite/expression.c.
-- name: count_matches
SELECT count(*) FROM comment_index WHERE comment_index MATCH ?1 AND comment_index.rowid >= ?2;

-- name: select_place_behind
SELECT comment_index.rowid FROM comment_index WHERE comment_index MATCH ?1
ORDER BY comment_index.rowid DESC LIMIT 1 OFFSET ?2;

-- fragment: of_search
-- use: listed
  AND (?13 = 0 OR flags <> 0)

-- What the index has: ?1 the MATCH, places from ?10 to ?11; rows in the order of their places, also those that the
-- conditions leave out: whoever asks counts what is looked at.
-- fragment: searched
SELECT response.number, answered_at, id, iif(excluded < 2, score, NULL), answered_at >= ?2 AND answered_at < ?3
-- use: of_search
FROM comment_index CROSS JOIN comment_place AS p CROSS JOIN response
WHERE comment_index MATCH ?1 AND comment_index.rowid BETWEEN ?10 AND ?11 AND p.place = comment_index.rowid
  AND response.number = p.number

-- name: search_newest
-- use: searched
ORDER BY comment_index.rowid DESC;

-- name: search_oldest
-- use: searched
ORDER BY comment_index.rowid;

-- The rank of most is not enough for the page: of those the response is not looked at.
-- name: search_ranked
SELECT p.number, comment_index.rowid, phrase_counts(comment_index), p.words
FROM comment_index CROSS JOIN comment_place AS p
WHERE comment_index MATCH ?1 AND comment_index.rowid BETWEEN ?2 AND ?3 AND p.place = comment_index.rowid
ORDER BY comment_index.rowid DESC;

-- name: search_one
SELECT number, answered_at, id, iif(excluded < 2, score, NULL), comment, answers
FROM response NOT INDEXED
WHERE number = ?10 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
-- use: of_search
;

-- name: has_places_apart
SELECT 1 FROM comment_place WHERE place <= ?1 LIMIT 1;

-- What it has not: numbers behind ?10, which are few; no index, not even of a survey's times, is as short a way.
-- name: search_unindexed
SELECT number, answered_at, id, iif(excluded < 2, score, NULL), comment, answers
FROM response NOT INDEXED
WHERE number > ?10 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
  AND (comment IS NOT NULL OR answers IS NOT NULL)
-- use: of_search
;

-- Of one respondent, who has few: all of them, without the index of comments.
-- name: search_person
SELECT number, answered_at, id, iif(excluded < 2, score, NULL), comment, answers
FROM response INDEXED BY response_by_respondent
WHERE respondent = ?9 AND survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
  AND (comment IS NOT NULL OR answers IS NOT NULL)
-- use: of_search
;

-- name: count_of_person
SELECT count(*) FROM (SELECT 1 FROM response INDEXED BY response_by_respondent
                      WHERE respondent = ?1 AND survey = ?2 LIMIT ?3);

-- name: list_unindexed
SELECT comment, answers FROM response NOT INDEXED
WHERE number > ?1 AND survey = ?2 AND (comment IS NOT NULL OR answers IS NOT NULL);

-- name: select_expired
SELECT number FROM response INDEXED BY response_by_time WHERE survey = ?1 AND answered_at < ?2 LIMIT ?3;

-- In the order of the index, in two searches: SQLite compares no number in one of the whole place, and each slice would
-- read again what is done of a time that a stranger has given to any number of responses.
-- name: select_personal
SELECT answered_at, score, excluded, number FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND answered_at = ?2 AND score = ?3 AND excluded = ?4 AND number > ?5 AND ?2 < ?6
UNION ALL
SELECT answered_at, score, excluded, number FROM response INDEXED BY response_by_time
WHERE survey = ?1 AND (answered_at, score, excluded) > (?2, ?3, ?4) AND answered_at < ?6
ORDER BY answered_at, score, excluded, number LIMIT ?7;

-- name: list_anonymised
SELECT survey, done_at FROM anonymised;

-- name: select_anonymised
SELECT done_at, done_score, done_excluded, done_number FROM anonymised WHERE survey = ?1;

-- name: put_anonymised
INSERT INTO anonymised (survey, done_at, done_score, done_excluded, done_number) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (survey) DO UPDATE SET done_at = excluded.done_at, done_score = excluded.done_score,
    done_excluded = excluded.done_excluded, done_number = excluded.done_number;

-- name: delete_anonymised
DELETE FROM anonymised WHERE survey = ?1;

-- fragment: audit_entries
SELECT number, at, actor, act, target, detail, hash
FROM audit

-- name: last_audit
-- use: audit_entries
ORDER BY number DESC LIMIT 1;

-- name: insert_audit
INSERT INTO audit (number, at, actor, act, target, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: list_audit
-- use: audit_entries
WHERE number > ?1 ORDER BY number LIMIT ?2;

-- name: list_audit_of
-- use: audit_entries
INDEXED BY audit_by_target WHERE target IN (?3, ?4, ?5, ?6) AND number > ?1 ORDER BY number LIMIT ?2;

-- What follows reads files of every schema number: where it names what is younger than the first, check.c and
-- check_rollups.c ask it of those that have it, or there is another for the older ones.

-- name: check_integrity
PRAGMA integrity_check(100);

-- name: check_foreign_keys
PRAGMA foreign_key_check;

-- name: check_schema
SELECT type, name, sql, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name;

-- Of the schema that the newest migration makes.
-- name: check_is_name
SELECT type = 'table' FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE;

-- An index that keeps some rows out: by being unique, or where what it computes of them fails.
-- name: check_refuses_rows
SELECT EXISTS (SELECT 1 FROM pragma_index_list(?2) WHERE name = ?1 AND "unique")
    OR EXISTS (SELECT 1 FROM pragma_index_xinfo(?1) WHERE cid = -2);

-- name: check_revisions
SELECT number, slug, revision FROM survey AS s
WHERE NOT EXISTS (SELECT 1 FROM survey_revision AS r WHERE r.survey = s.number AND r.revision = s.revision);

-- name: check_keys
SELECT count(*) FROM api_key WHERE length(id) <> 16 OR length(hash) <> 32;

-- name: check_signing_keys
SELECT count(*) FROM signing_key WHERE length(secret) <> 32;

-- name: check_sessions
SELECT 'session', count(*) FROM session WHERE length(hash) <> 32 OR length(key) <> 16;

-- What has an id, a digest or a secret that is not as long as one.
-- name: check_lengths
SELECT 'identity', count(*) FROM identity WHERE length(store) <> 16 OR length(audit_secret) <> 32
UNION ALL
SELECT 'gone', count(*) FROM gone WHERE length(id) <> 16
UNION ALL
SELECT 'said_first', count(*) FROM said_first WHERE length(digest) <> 16;

-- name: check_invitations
SELECT 'invitation', count(*) FROM invitation WHERE length(response) <> 16;

-- name: check_documents
SELECT kind, count(*) FROM document WHERE length(name) NOT BETWEEN 1 AND 64 OR revision < 1 GROUP BY kind;

-- As domain/alert.h has the numbers of statuses, reasons and kinds of events.
-- name: check_alerts
SELECT 'alert_state', count(*) FROM alert_state AS s
WHERE NOT EXISTS (SELECT 1 FROM document WHERE kind = 'alert' AND name = s.name AND revision = s.revision)
   OR status NOT BETWEEN 0 AND 3 OR reason NOT BETWEEN 0 AND 7 OR through < -1 OR n < 0
   OR (acknowledged_at = 0) <> (acknowledged_by IS NULL)
UNION ALL
SELECT 'alert_event', count(*) FROM alert_event
WHERE name NOT IN (SELECT name FROM alert_state) OR kind NOT BETWEEN 0 AND 3 OR n < 0
   OR (response IS NULL) <> (response_id IS NULL) OR length(response_id) <> 16
   OR (response IS NOT NULL AND response NOT IN (SELECT number FROM response))
   OR (acknowledged_at = 0) <> (acknowledged_by IS NULL)
UNION ALL
SELECT 'alert_told', abs(count(*) - 1) + coalesce(sum(through < 0 OR version < 0), 0) FROM alert_told;

-- name: check_imports
SELECT 'import', count(*) FROM import
WHERE length(id) <> 16 OR state NOT BETWEEN 0 AND 3 OR survey NOT IN (SELECT number FROM survey)
   OR min(created, known, refused, removed, after) < 0 OR removed > created OR last < after OR undone < after
UNION ALL
SELECT 'response', count(*) FROM response AS r LEFT JOIN import AS i ON i.number = r.import
WHERE r.import IS NOT NULL AND (i.number IS NULL OR i.survey <> r.survey OR r.number <= i.after OR r.number > i.last
                                OR (i.state >= 2 AND r.number <= i.undone))
UNION ALL
SELECT 'import', count(*) FROM import AS i
WHERE created - removed < (SELECT count(*) FROM response
                           WHERE response.import = i.number AND response.number > i.after AND response.number <= i.last);

-- name: check_questions
SELECT count(*) FROM question AS q
WHERE slot NOT BETWEEN 1 AND 2147483647 OR length(key) NOT BETWEEN 1 AND 32 OR type NOT BETWEEN 0 AND 3
   OR answered NOT IN (0, 1) OR (metric IS NULL) = (type = 2) OR (type <> 2 AND (scale_min, scale_max) <> (0, 0))
   OR (type = 2 AND NOT (0 <= scale_min AND scale_min < scale_max AND scale_max <= 10))
   OR NOT EXISTS (SELECT 1 FROM survey_revision AS r WHERE r.survey = q.survey AND r.revision = q.revision);

-- name: check_answered
SELECT survey, number, answers FROM response WHERE answers IS NOT NULL;

-- name: check_visits
SELECT 'impression', count(*) FROM impression
WHERE length(visit) <> 16 OR survey NOT IN (SELECT number FROM survey) OR answers < 0 OR next_answers < 0;

-- Names in the table that are of no such row, rows that should have theirs there, and names that two rows have.
-- name: check_visit_names
SELECT 'impression_name',
       (SELECT count(*) FROM impression_name AS n LEFT JOIN impression AS i ON i.number = n.number
        WHERE i.day IS NOT n.day OR i.visit IS NOT n.visit)
       + (SELECT count(*) FROM impression AS i CROSS JOIN identity
          WHERE i.visit IS NOT NULL AND i.day >= impressions_from AND i.number <= impressions_named
            AND NOT EXISTS (SELECT 1 FROM impression_name AS n WHERE n.day = i.day AND n.visit = i.visit))
       + (SELECT count(*) FROM identity CROSS JOIN impression AS i ON i.number > impressions_named
          CROSS JOIN impression_name AS n ON n.day = i.day AND n.visit = i.visit AND n.number <> i.number)
       + (SELECT count(*) FROM (SELECT 1 FROM identity CROSS JOIN impression AS i ON i.number > impressions_named
                                WHERE i.visit IS NOT NULL GROUP BY i.day, i.visit HAVING count(*) > 1));

-- name: check_impressions
SELECT
-- use: visit_columns
FROM impression INDEXED BY impression_by_time WHERE survey = ?1 AND at >= ?2 ORDER BY at;

-- Behind the greatest that there can be SQLite would choose numbers at random.
-- name: check_numbers
SELECT count(*) FROM response WHERE number < 1 OR number = 9223372036854775807;

-- Of the connection's own table over the index (check_comments.c).
-- name: check_indexed
SELECT doc, col = 'facet', offset, term FROM temp.comment_words;

-- name: check_comment_places
SELECT place, words, p.number, survey, iif(excluded < 2, score, NULL), answered_at, comment, answers
FROM comment_place AS p LEFT JOIN response AS r ON r.number = p.number;

-- Before schema 7 there are no answers.
-- name: check_old_comment_places
SELECT place, words, p.number, survey, iif(excluded < 2, score, NULL), answered_at, comment, NULL
FROM comment_place AS p LEFT JOIN response AS r ON r.number = p.number;

-- name: check_old_comments_missing
SELECT abs((SELECT count(*) FROM response
            WHERE comment IS NOT NULL AND number <= (SELECT indexed FROM comment_state))
           - (SELECT count(DISTINCT number) FROM comment_place))
       + (SELECT count(*) - count(DISTINCT number) FROM comment_place);

-- name: check_comments_missing
SELECT abs((SELECT count(*) FROM response AS r
            WHERE (comment IS NOT NULL
                   OR (answers IS NOT NULL
                       AND EXISTS (SELECT 1 FROM json_each(answers) AS said
                                   LEFT JOIN question AS q ON q.survey = r.survey AND q.key = said.key
                                   WHERE said.type = 'text' AND (said.key GLOB '*/other' OR q.type = 3))))
              AND number <= (SELECT indexed FROM comment_state))
           - (SELECT count(DISTINCT number) FROM comment_place))
       + (SELECT count(*) - count(DISTINCT number) FROM comment_place);

-- name: check_comment_totals
WITH counted (survey, comments, words) AS (
    SELECT survey, count(*), sum(words) FROM comment_place AS p CROSS JOIN response AS r ON r.number = p.number
    GROUP BY survey
), told (survey, comments, words) AS (
    SELECT survey, comments, words FROM comment_total WHERE comments <> 0 OR words <> 0
)
SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM told))
     + (SELECT count(*) FROM (SELECT * FROM told EXCEPT SELECT * FROM counted));

-- name: check_comment_state
SELECT iif(count(*) = 1 AND min(indexed) >= 0, 0, count(*) + 1) FROM comment_state;

-- name: check_properties
SELECT survey, count(*) FROM survey_property GROUP BY survey HAVING count(*) > 16 OR min(length(key)) = 0;

-- name: check_orphans
SELECT 'responses', survey, count(*) FROM response WHERE survey NOT IN (SELECT number FROM survey) GROUP BY survey
UNION ALL
SELECT 'series', survey, count(*) FROM series WHERE abs(survey) & 0xffffffff NOT IN (SELECT number FROM survey)
GROUP BY survey
UNION ALL
SELECT 'rollup rows', survey, count(*) FROM rollup WHERE abs(survey) & 0xffffffff NOT IN (SELECT number FROM survey)
GROUP BY survey;

-- name: check_surveys
SELECT number, slug, scale_min, scale_max FROM survey ORDER BY number;

-- name: check_revision
SELECT 1 FROM survey_revision WHERE survey = ?1 AND revision = ?2;

-- name: check_responses
SELECT answered_at, score, excluded, revision, touchpoint, channel, locale, properties, id, number
FROM response INDEXED BY response_by_time WHERE survey = ?1 ORDER BY answered_at;

-- Before schema 4 what is being filled in goes by ids. Numbered is a response by how many of those places lie at or
-- before it.
-- name: check_old_responses
SELECT answered_at, score, excluded, revision, touchpoint, channel, locale, properties, id,
       (SELECT count(*) FROM dimension AS d WHERE d.survey = ?1 AND d.state = 1 AND d.id <= response.id)
FROM response INDEXED BY response_by_time WHERE survey = ?1 ORDER BY answered_at;

-- Before schema 3 nothing is.
-- name: check_oldest_responses
SELECT answered_at, score, excluded, revision, touchpoint, channel, locale, properties, id, 0
FROM response INDEXED BY response_by_time WHERE survey = ?1 ORDER BY answered_at;

-- What is counted of answers has but days: of a survey, the series of these dimensions; of a question's number, all.
-- fragment: series_of_answers
(SELECT id FROM series
 WHERE survey = ?1 AND (dimension = 'revision' OR substr(dimension, 1, 7) = 'answer.' OR substr(dimension, 1, 6) = 'asked.'))

-- Of quarter hours all; of days (?5: the tier) those alone that have nothing finer.
-- name: check_buckets
SELECT bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
FROM rollup WHERE survey = ?1 AND segmented = ?2 AND tier = ?5 AND bucket >= ?3 AND bucket < ?4
  AND (?5 <> 1 OR ?1 >> 32 > 0 OR series IN
-- use: series_of_answers
)
ORDER BY bucket, series;

-- name: check_answers
SELECT
-- use: response_columns
FROM response INDEXED BY response_by_time WHERE survey = ?1 AND excluded = 0 ORDER BY answered_at;

-- name: check_dimension
SELECT dimension FROM series WHERE id = ?1;

-- Rows of a tier (?3) that are not the sum of the rows below (tier ?4, ?5 of them): a few probes of the key a row.
-- name: check_sums
WITH part (i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16),
                         (17), (18), (19), (20), (21), (22), (23))
SELECT up.bucket, up.series
FROM rollup AS up
WHERE up.survey = ?1 AND up.segmented = ?2 AND up.tier = ?3 AND (up.tier <> 1 OR up.series NOT IN
-- use: series_of_answers
)
  AND (up.n0, up.n1, up.n2, up.n3, up.n4, up.n5, up.n6, up.n7, up.n8, up.n9, up.n10) IS NOT (
    SELECT coalesce(sum(n0), 0), coalesce(sum(n1), 0), coalesce(sum(n2), 0), coalesce(sum(n3), 0),
           coalesce(sum(n4), 0), coalesce(sum(n5), 0), coalesce(sum(n6), 0), coalesce(sum(n7), 0),
           coalesce(sum(n8), 0), coalesce(sum(n9), 0), coalesce(sum(n10), 0)
    FROM part CROSS JOIN rollup AS low
        ON low.survey = up.survey AND low.segmented = up.segmented AND low.tier = ?4
       AND low.bucket = up.bucket * ?5 + part.i AND low.series = up.series
    WHERE part.i < ?5);

-- Rows of a tier (?4) that no row of the tier above (?3) sums up. The bucket is that of the missing row.
-- name: check_missing
SELECT DISTINCT (low.bucket - ((low.bucket % ?5) + ?5) % ?5) / ?5, low.series
FROM rollup AS low
WHERE low.survey = ?1 AND low.segmented = ?2 AND low.tier = ?4
  AND n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10 <> 0
  AND NOT EXISTS (SELECT 1 FROM rollup AS up
                  WHERE up.survey = low.survey AND up.segmented = low.segmented AND up.tier = ?3
                    AND up.bucket = (low.bucket - ((low.bucket % ?5) + ?5) % ?5) / ?5 AND up.series = low.series);

-- name: check_whole
SELECT 0, series
FROM rollup WHERE survey = ?1 AND segmented = ?2 AND tier IN (0, 1)
GROUP BY series
HAVING sum(CASE tier WHEN 0 THEN n0 ELSE -n0 END) <> 0 OR sum(CASE tier WHEN 0 THEN n1 ELSE -n1 END) <> 0
    OR sum(CASE tier WHEN 0 THEN n2 ELSE -n2 END) <> 0 OR sum(CASE tier WHEN 0 THEN n3 ELSE -n3 END) <> 0
    OR sum(CASE tier WHEN 0 THEN n4 ELSE -n4 END) <> 0 OR sum(CASE tier WHEN 0 THEN n5 ELSE -n5 END) <> 0
    OR sum(CASE tier WHEN 0 THEN n6 ELSE -n6 END) <> 0 OR sum(CASE tier WHEN 0 THEN n7 ELSE -n7 END) <> 0
    OR sum(CASE tier WHEN 0 THEN n8 ELSE -n8 END) <> 0 OR sum(CASE tier WHEN 0 THEN n9 ELSE -n9 END) <> 0
    OR sum(CASE tier WHEN 0 THEN n10 ELSE -n10 END) <> 0;

-- name: check_packed_through
SELECT packed_through FROM identity;

-- Days that wait while the eight days that they lie in are packed: what moves them takes nothing away any more.
-- name: check_packs_apart
SELECT (SELECT count(*) FROM pack AS k WHERE NOT EXISTS (
            SELECT 1 FROM packed AS p
            WHERE p.survey = k.survey AND p.span = k.span AND p.bucket = k.bucket AND p.state = 1))
     + (SELECT count(*) FROM packed AS d CROSS JOIN packed AS r
            ON r.survey = d.survey AND r.span = 1 AND r.bucket = d.bucket >> 3
        WHERE d.span = 0 AND d.state = 0 AND r.state <> 0);

-- name: check_packed
SELECT survey, span, bucket, state FROM packed ORDER BY survey, span, bucket;

-- name: check_packs
SELECT dimension, counts FROM pack WHERE survey = ?1 AND span = ?2 AND bucket = ?3 ORDER BY dimension;

-- name: check_places
SELECT count(*), coalesce(sum(survey = 0 OR segmented NOT IN (0, 1) OR tier NOT BETWEEN 0 AND 3
                              OR (tier = 0 AND bucket <> 0) OR (segmented = 0 AND series <> 0)
                              OR (tier > 1 AND survey >> 32 > 0)), 0)
FROM rollup;

-- A series that no rollup row needs keeps a name or a value that should be gone.
-- name: check_old_series
SELECT count(*) FROM series AS s
WHERE NOT EXISTS (SELECT 1 FROM rollup WHERE survey = s.survey AND segmented = 1 AND tier = 0 AND bucket = 0
                                         AND series = s.id);

-- Of schema 3 on, what is being cleared away aside.
-- name: check_series
SELECT count(*) FROM series AS s
WHERE NOT EXISTS (SELECT 1 FROM rollup WHERE survey = s.survey AND segmented = 1 AND tier = 0 AND bucket = 0
                                         AND series = s.id)
  AND NOT EXISTS (SELECT 1 FROM dimension AS d WHERE d.survey = s.survey AND d.name = s.dimension AND d.state = 2);

-- name: check_unknown_series
SELECT count(*) FROM series AS s WHERE NOT EXISTS (SELECT 1 FROM dimension WHERE survey = s.survey AND name = s.dimension);

-- name: check_dimensions
SELECT name, state, beyond, a, b, c, number, series <> (SELECT count(*) FROM series AS s
                                                        WHERE s.survey = d.survey AND s.dimension = d.name)
FROM dimension AS d WHERE survey = ?1;

-- name: check_old_dimensions
SELECT name, state, beyond, a, b, c,
       (SELECT count(*) FROM dimension AS e WHERE e.survey = d.survey AND e.state = 1 AND e.id <= d.id),
       series <> (SELECT count(*) FROM series AS s WHERE s.survey = d.survey AND s.dimension = d.name)
FROM dimension AS d WHERE survey = ?1;
