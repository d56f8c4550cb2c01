-- Transactions, what makes a database itself, and who writes it.

-- The server looks whether its client is there yet, also where no end of the connection was told.
-- name: begin_session
SELECT set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $2, false),
       set_config('client_connection_check_interval', '2000', false), set_config('tcp_keepalives_idle', '30', false),
       set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)

-- For the rest of a transaction.
-- name: wait_long
SELECT set_config('statement_timeout', $1, true)

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
       to_regclass('cxd_schema') IS NOT NULL,
       CASE WHEN to_regclass('cxd_schema') IS NULL
            THEN coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
            ELSE (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('cxd_schema')) END,
       current_user::text

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

-- The first slot from $3 on, round and round, that is free, or whose node has been silent for $2 ms: who begins
-- anywhere seldom meets others. Two that find the same one: the second gets no row, and asks again.
-- name: claim_node
WITH clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now)
INSERT INTO node AS mine (slot, incarnation, batch, number, above, announced_at, shut_out, seen_at)
SELECT (SELECT s FROM generate_series(0, 1023) AS s
        WHERE NOT EXISTS (SELECT FROM node WHERE slot = s AND seen_at > now - $2)
        ORDER BY (s - $3 + 1024) % 1024 LIMIT 1),
       $1, 0, 0, NULL, 0, false, now
FROM clock
ON CONFLICT (slot) DO UPDATE SET incarnation = excluded.incarnation, batch = 0, above = NULL, shut_out = false,
                                 seen_at = excluded.seen_at
WHERE mine.seen_at <= excluded.seen_at - $2
RETURNING slot

-- name: release_node
UPDATE node SET seen_at = 0 WHERE slot = $1 AND incarnation = $2

-- Nodes that have a slot, but for this one.
-- name: count_nodes
SELECT count(*) FROM node
WHERE incarnation <> $1 AND seen_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $2

-- In a transaction of its own, before that of a batch: from which number on there may be some that nobody sees yet. It
-- need not be durable before the batch is.
-- name: announce_batch
UPDATE node SET above = greatest((SELECT max(number) FROM node),
                                 (((extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1577836800000) << 22) - 1),
                announced_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE slot = $1 AND incarnation = $2 AND NOT shut_out
RETURNING set_config('synchronous_commit', 'off', true)

-- And behind it.
-- name: settle_batch
UPDATE node SET above = NULL WHERE slot = $1 AND incarnation = $2 AND above IS NOT NULL
RETURNING set_config('synchronous_commit', 'off', true)

-- What every batch begins with: that the slot is ours yet, the greatest number that was given, and how late it is. In a
-- statement behind the commit of the announcement: who has not seen that has seen no greater number than this does.
-- name: lock_node
SELECT greatest(above, (SELECT max(number) FROM node)), (extract(epoch FROM clock_timestamp()) * 1000)::bigint
FROM node WHERE slot = $1 AND incarnation = $2 AND NOT shut_out FOR UPDATE

-- Up to which number everything is stored that will ever be; whether somebody was announced for $1 ms.
-- name: read_horizon
SELECT coalesce(least(min(above), max(number)), 0),
       coalesce(bool_or(above IS NOT NULL
                        AND announced_at <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1), false)
       AND NOT pg_is_in_recovery()
FROM node

-- Who holds its row writes yet.
-- name: shut_out_silent
UPDATE node SET above = NULL, shut_out = true WHERE slot IN (
    SELECT slot FROM node
    WHERE above IS NOT NULL AND announced_at <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1
    FOR UPDATE SKIP LOCKED)

-- name: note_batch
UPDATE node SET batch = $2, number = $3, seen_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE slot = $1

-- Waits for a COMMIT that is still on its way.
-- name: find_batch
SELECT batch FROM node WHERE slot = $1 AND incarnation = $2 FOR UPDATE

-- What a process says of itself every second. None of it need be durable: it is said again.
-- name: attend
INSERT INTO attendance (incarnation, seen_at) VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
ON CONFLICT (incarnation) DO UPDATE SET seen_at = excluded.seen_at
RETURNING set_config('synchronous_commit', 'off', true)

-- Held on to, or taken from who has let it run out, for $2 ms. Of several that find it so the first has it.
-- name: take_lease
UPDATE lease SET holder = $1, until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $2
WHERE holder = $1 OR until <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint

-- By who has the lease: those who are long gone.
-- name: forget_absent
DELETE FROM attendance
WHERE incarnation IN (SELECT incarnation FROM attendance
                      WHERE seen_at < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $2
                        AND EXISTS (SELECT FROM lease WHERE holder = $1)
                      FOR UPDATE SKIP LOCKED) -- who comes back waits for the lease, which is held here

-- Its slot stays a node's that writes nothing for a while. What is being written says so by itself.
-- name: keep_slot
UPDATE node SET seen_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE slot IN (SELECT slot FROM node
               WHERE incarnation = $1 AND NOT shut_out
                 AND seen_at BETWEEN 1 AND (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $2
               FOR UPDATE SKIP LOCKED)

-- name: read_attendance
SELECT (SELECT count(*) FROM attendance
        WHERE seen_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $2),
       (SELECT holder = $1 FROM lease), (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
       EXISTS (SELECT FROM dimension WHERE state <> 0), EXISTS (SELECT FROM import WHERE state = 2)

-- name: leave
WITH gone AS (DELETE FROM attendance WHERE incarnation = $1) UPDATE lease SET until = 0 WHERE holder = $1

-- name: lock_clock
SELECT known_at FROM state FOR UPDATE

-- name: note_clock
UPDATE state SET known_at = $1
