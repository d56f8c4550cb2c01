-- Transactions, what makes a database itself, and who writes it.

-- name: begin_write
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: begin_read
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- What a server is asked first.
-- name: has_schema
SELECT current_setting('server_encoding'), current_setting('synchronous_commit'),
       to_regclass('cxd_schema') IS NOT NULL

-- name: select_schema
SELECT coalesce(max(version), 0) FROM cxd_schema

-- name: make_schema
CREATE TABLE IF NOT EXISTS cxd_schema (version bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())

-- name: lock_schema
LOCK TABLE cxd_schema IN EXCLUSIVE MODE

-- name: note_schema
INSERT INTO cxd_schema (version) VALUES ($1)

-- name: make_state
INSERT INTO state (one, store, history, audit_secret, catalog_generation, keys_removed, sessions_changed, known_at,
                   visits_from, told_through, told_version)
VALUES (1, $1, $2, $3, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT (one) DO NOTHING

-- name: select_state
SELECT store, history, audit_secret FROM state

-- The lowest slot that is free, or whose node has been silent for $2 ms. Two that find the same one: the second gets no
-- row, and asks again.
-- name: claim_node
WITH clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now)
INSERT INTO node AS mine (slot, incarnation, batch, number, seen_at)
SELECT (SELECT min(s) FROM generate_series(0, 1023) AS s
        WHERE NOT EXISTS (SELECT FROM node WHERE slot = s AND seen_at > now - $2)), $1, 0, 0, now
FROM clock
ON CONFLICT (slot) DO UPDATE SET incarnation = excluded.incarnation, batch = 0, seen_at = excluded.seen_at
WHERE mine.seen_at <= excluded.seen_at - $2
RETURNING slot

-- name: release_node
UPDATE node SET seen_at = 0 WHERE slot = $1 AND incarnation = $2

-- What every batch begins with: that the slot is ours yet, the greatest number that it gave, and how late it is.
-- name: lock_node
SELECT number, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
FROM node WHERE slot = $1 AND incarnation = $2 FOR UPDATE

-- name: note_batch
UPDATE node SET batch = $2, number = $3, seen_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE slot = $1

-- Waits for a COMMIT that is still on its way.
-- name: find_batch
SELECT batch FROM node WHERE slot = $1 AND incarnation = $2 FOR UPDATE

-- name: lock_clock
SELECT known_at FROM state FOR UPDATE

-- name: note_clock
UPDATE state SET known_at = $1
