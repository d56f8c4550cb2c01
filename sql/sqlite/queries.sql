-- The named queries of src/store/sqlite/. src/tools/embed.c makes a table of them, by the names in
-- src/store/sqlite/sql.h.

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

-- name: insert_response
INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
                      respondent, comment, properties, excluded_reason, flags, visit)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (id) DO NOTHING;

-- name: select_response
SELECT id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit
FROM response WHERE id = ?1;

-- name: update_response
UPDATE response SET revision = ?3, score = ?4, answered_at = ?5, touchpoint = ?8, channel = ?9, locale = ?10,
                    respondent = ?11, comment = ?12, properties = ?13, excluded_reason = ?14, excluded = ?7,
                    flags = ?15, visit = ?16
WHERE id = ?1;

-- name: exclude_response
UPDATE response SET excluded = ?2, excluded_reason = ?3, flags = ?4 WHERE id = ?1;

-- name: forget_response
UPDATE response SET respondent = NULL, comment = NULL, visit = NULL, properties = ?2 WHERE id = ?1;

-- name: delete_response
DELETE FROM response WHERE id = ?1;

-- name: select_respondent
SELECT id FROM response WHERE respondent = ?1 LIMIT ?2;

-- name: select_flagged
SELECT id FROM response INDEXED BY response_flagged
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND flags <> 0 LIMIT ?4;

-- name: last_answer
SELECT max(answered_at)
FROM response INDEXED BY response_by_respondent
WHERE respondent = ?1 AND survey = ?2 AND excluded = 0 AND answered_at >= ?3 AND answered_at < ?4;

-- One search a survey, however many answers somebody gave under this name.
-- name: last_answer_anywhere
SELECT max((SELECT max(answered_at)
            FROM response INDEXED BY response_by_respondent
            WHERE respondent = ?1 AND response.survey = survey.number AND excluded = 0
              AND answered_at >= ?3 AND answered_at < ?4))
FROM survey;

-- name: select_properties
SELECT key, value FROM json_each(?1);

-- name: has_responses
SELECT 1 FROM response WHERE survey = ?1 LIMIT 1;

-- name: select_extent
SELECT (SELECT min(answered_at) FROM response WHERE survey = ?1),
       (SELECT max(answered_at) FROM response WHERE survey = ?1);

-- name: select_every_response
SELECT id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit
FROM response;

-- name: select_series
SELECT id FROM series WHERE survey = ?1 AND dimension = ?2 AND value = ?3;

-- name: insert_series
INSERT INTO series (survey, dimension, value) VALUES (?1, ?2, ?3);

-- name: delete_empty_series
DELETE FROM series
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM rollup
                              WHERE survey = ?2 AND segmented = 1 AND tier = 0 AND bucket = 0 AND series = ?1);

-- name: delete_dimension_rollups
DELETE FROM rollup
WHERE survey = ?1 AND segmented = 1 AND series IN (SELECT id FROM series WHERE survey = ?1 AND dimension = ?2);

-- name: delete_dimension_series
DELETE FROM series WHERE survey = ?1 AND dimension = ?2;

-- name: add_rollup
INSERT INTO rollup (survey, segmented, tier, bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (survey, segmented, tier, bucket, series) DO UPDATE SET
    n0 = n0 + excluded.n0, n1 = n1 + excluded.n1, n2 = n2 + excluded.n2, n3 = n3 + excluded.n3,
    n4 = n4 + excluded.n4, n5 = n5 + excluded.n5, n6 = n6 + excluded.n6, n7 = n7 + excluded.n7,
    n8 = n8 + excluded.n8, n9 = n9 + excluded.n9, n10 = n10 + excluded.n10;

-- name: delete_empty_rollup
DELETE FROM rollup
WHERE survey = ?1 AND segmented = ?2 AND tier = ?3 AND bucket = ?4 AND series = ?5
  AND n0 = 0 AND n1 = 0 AND n2 = 0 AND n3 = 0 AND n4 = 0 AND n5 = 0
  AND n6 = 0 AND n7 = 0 AND n8 = 0 AND n9 = 0 AND n10 = 0;

-- name: delete_all_rollups
DELETE FROM rollup;

-- name: delete_all_series
DELETE FROM series;

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

-- name: scan_total
SELECT answered_at, score
FROM response WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
ORDER BY answered_at;

-- ?7 is a JSON object of the properties that must be there, or NULL.
-- name: scan_filtered
SELECT answered_at, score
FROM response
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND excluded = 0
  AND (?4 IS NULL OR touchpoint = ?4) AND (?5 IS NULL OR channel = ?5) AND (?6 IS NULL OR locale = ?6)
  AND (?7 IS NULL OR (properties IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM json_each(?7) AS wanted
         WHERE NOT EXISTS (SELECT 1 FROM json_each(response.properties) AS held
                           WHERE held.key = wanted.key AND held.value = wanted.value))))
ORDER BY answered_at;

-- One row a survey: the tier that holds all.
-- name: count_counted
SELECT sum(n0 + n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 + n9 + n10)
FROM survey CROSS JOIN rollup ON survey = number AND segmented = 0 AND tier = 0;

-- name: count_rollups
SELECT count(*) FROM rollup;

-- name: read_schema_number
PRAGMA user_version;

-- name: list_series
SELECT number, '', '', 0 FROM survey UNION ALL SELECT survey, dimension, value, id FROM series ORDER BY 1, 2, 3;

-- name: select_survey
SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at, archived_at
FROM survey WHERE slug = ?1;

-- name: list_surveys
SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at, archived_at
FROM survey ORDER BY slug;

-- name: put_survey
INSERT INTO survey (number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at,
                    archived_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (slug) DO UPDATE SET
    revision = excluded.revision, definition = excluded.definition, metric = excluded.metric,
    scale_min = excluded.scale_min, scale_max = excluded.scale_max, updated_at = excluded.updated_at,
    archived_at = excluded.archived_at;

-- name: archive_survey
UPDATE survey SET archived_at = ?2 WHERE slug = ?1;

-- name: insert_revision
INSERT INTO survey_revision (survey, revision, definition, created_at) VALUES (?1, ?2, ?3, ?4);

-- name: select_survey_properties
SELECT key, rolled FROM survey_property WHERE survey = ?1 ORDER BY position;

-- name: list_survey_properties
SELECT survey, key, rolled FROM survey_property ORDER BY survey, position;

-- name: list_survey_numbers
SELECT number FROM survey ORDER BY number;

-- name: is_rolled
SELECT 1 FROM survey_property WHERE survey = ?1 AND key = ?2 AND rolled = 1;

-- name: delete_survey_properties
DELETE FROM survey_property WHERE survey = ?1;

-- name: insert_survey_property
INSERT INTO survey_property (survey, position, key, rolled) VALUES (?1, ?2, ?3, ?4);

-- name: select_key
SELECT id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at FROM api_key WHERE id = ?1;

-- name: list_keys
SELECT id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at
FROM api_key ORDER BY created_at, id;

-- name: insert_key
INSERT INTO api_key (id, name, prefix, hash, scopes, created_at, expires_at, used_day, revoked_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: revoke_key
UPDATE api_key SET revoked_at = ?2 WHERE id = ?1;

-- name: note_key_used
UPDATE api_key SET used_day = ?2 WHERE id = ?1;

-- name: list_signing_keys
SELECT number, secret, created_at FROM signing_key ORDER BY number DESC LIMIT 2;

-- name: insert_signing_key
INSERT INTO signing_key (secret, created_at) VALUES (?1, ?2);

-- name: delete_old_signing_keys
DELETE FROM signing_key WHERE number NOT IN (SELECT number FROM signing_key ORDER BY number DESC LIMIT 2);

-- Pages of responses, newest first. The cursor (?10, ?11) also bounds ?3, so that a page begins where it
-- should; ?1 is NULL for every survey.
-- name: list_responses
SELECT id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit
FROM response
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3
  AND (?4 IS NULL OR touchpoint = ?4) AND (?5 IS NULL OR channel = ?5) AND (?6 IS NULL OR locale = ?6)
  AND (?7 IS NULL OR (properties IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM json_each(?7) AS wanted
         WHERE NOT EXISTS (SELECT 1 FROM json_each(response.properties) AS held
                           WHERE held.key = wanted.key AND held.value = wanted.value))))
  AND (?8 < 0 OR excluded = ?8) AND (?9 IS NULL OR respondent = ?9)
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND id < ?11))
ORDER BY answered_at DESC, id DESC LIMIT ?12;

-- name: list_flagged
SELECT id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit
FROM response INDEXED BY response_flagged
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND flags <> 0
  AND (?4 IS NULL OR touchpoint = ?4) AND (?5 IS NULL OR channel = ?5) AND (?6 IS NULL OR locale = ?6)
  AND (?7 IS NULL OR (properties IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM json_each(?7) AS wanted
         WHERE NOT EXISTS (SELECT 1 FROM json_each(response.properties) AS held
                           WHERE held.key = wanted.key AND held.value = wanted.value))))
  AND (?8 < 0 OR excluded = ?8) AND (?9 IS NULL OR respondent = ?9)
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND id < ?11))
ORDER BY answered_at DESC, id DESC LIMIT ?12;

-- name: list_of_respondent
SELECT id, survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, locale,
       respondent, comment, properties, excluded_reason, flags, visit
FROM response INDEXED BY response_by_respondent
WHERE respondent = ?9 AND (?1 IS NULL OR survey = ?1) AND answered_at >= ?2 AND answered_at < ?3
  AND (?13 = 0 OR flags <> 0)
  AND (?4 IS NULL OR touchpoint = ?4) AND (?5 IS NULL OR channel = ?5) AND (?6 IS NULL OR locale = ?6)
  AND (?7 IS NULL OR (properties IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM json_each(?7) AS wanted
         WHERE NOT EXISTS (SELECT 1 FROM json_each(response.properties) AS held
                           WHERE held.key = wanted.key AND held.value = wanted.value))))
  AND (?8 < 0 OR excluded = ?8) AND (?9 IS NULL OR respondent = ?9)
  AND (?10 IS NULL OR answered_at < ?10 OR (answered_at = ?10 AND id < ?11))
ORDER BY answered_at DESC, id DESC LIMIT ?12;

-- name: select_expired
SELECT id FROM response WHERE survey = ?1 AND answered_at < ?2 LIMIT ?3;

-- name: select_personal
SELECT id, answered_at FROM response
WHERE survey = ?1 AND answered_at >= ?2 AND answered_at < ?3 AND (answered_at > ?2 OR id > ?4)
ORDER BY answered_at, id LIMIT ?5;

-- name: list_anonymised
SELECT survey, done_at, done_id FROM anonymised;

-- name: select_anonymised
SELECT done_at, done_id FROM anonymised WHERE survey = ?1;

-- name: put_anonymised
INSERT INTO anonymised (survey, done_at, done_id) VALUES (?1, ?2, ?3)
ON CONFLICT (survey) DO UPDATE SET done_at = excluded.done_at, done_id = excluded.done_id;

-- name: delete_anonymised
DELETE FROM anonymised WHERE survey = ?1;

-- name: last_audit
SELECT number, at, actor, act, target, detail, hash FROM audit ORDER BY number DESC LIMIT 1;

-- name: insert_audit
INSERT INTO audit (number, at, actor, act, target, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: list_audit
SELECT number, at, actor, act, target, detail, hash FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2;

-- What follows reads files of every schema number: it names no column that is younger than the first.

-- name: check_integrity
PRAGMA integrity_check(100);

-- name: check_foreign_keys
PRAGMA foreign_key_check;

-- name: check_schema
SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name;

-- name: check_orphans
SELECT 'responses', survey, count(*) FROM response WHERE survey NOT IN (SELECT number FROM survey) GROUP BY survey
UNION ALL
SELECT 'series', survey, count(*) FROM series WHERE survey NOT IN (SELECT number FROM survey) GROUP BY survey
UNION ALL
SELECT 'rollup rows', survey, count(*) FROM rollup WHERE survey NOT IN (SELECT number FROM survey) GROUP BY survey;

-- name: check_surveys
SELECT number, slug, scale_min, scale_max FROM survey ORDER BY number;

-- name: check_revision
SELECT 1 FROM survey_revision WHERE survey = ?1 AND revision = ?2;

-- name: check_responses
SELECT answered_at, score, excluded, revision, touchpoint, channel, locale, properties
FROM response INDEXED BY response_by_time WHERE survey = ?1 ORDER BY answered_at;

-- name: check_quarters
SELECT bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
FROM rollup WHERE survey = ?1 AND segmented = ?2 AND tier = 3 AND bucket >= ?3 AND bucket < ?4
ORDER BY bucket, series;

-- name: check_dimension
SELECT dimension FROM series WHERE id = ?1;

-- Rows of a tier (?3) that are not the sum of the rows below (tier ?4, ?5 of them): a few probes of the key a row.
-- name: check_sums
WITH part (i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16),
                         (17), (18), (19), (20), (21), (22), (23))
SELECT up.bucket, up.series
FROM rollup AS up
WHERE up.survey = ?1 AND up.segmented = ?2 AND up.tier = ?3
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

-- name: check_places
SELECT count(*), coalesce(sum(survey < 1 OR segmented NOT IN (0, 1) OR tier NOT BETWEEN 0 AND 3
                              OR (tier = 0 AND bucket <> 0) OR (segmented = 0 AND series <> 0)), 0)
FROM rollup;

-- A series that no rollup row needs keeps a name or a value that should be gone.
-- name: check_series
SELECT count(*) FROM series AS s
WHERE NOT EXISTS (SELECT 1 FROM rollup WHERE survey = s.survey AND segmented = 1 AND tier = 0 AND bucket = 0
                                         AND series = s.id);
