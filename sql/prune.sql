-- Removing old transfers from activity.db.

-- name: PRUNE_OVERWRITE
-- What is deleted from now on is overwritten with zeros.
-- () -> secure_delete
PRAGMA secure_delete = ON;

-- name: PRUNE_UNTIL
-- When transfer ?1 + 1 began, counted from the oldest; no row when there are
-- fewer. Prune goes in steps, so that ed2k-serve never waits long.
-- (n) -> began_s
SELECT began_s FROM transfer ORDER BY began_s LIMIT 1 OFFSET ?1;

-- name: PRUNE_SUM
-- Keep the sums of the transfers that began before a time. max() takes `name`
-- from the row in which it found the last one.
-- (before_s)
INSERT INTO pruned (file, outcome, name, last_s, transfers, bytes, ms)
SELECT file, outcome, name, max(began_s), count(*), sum(bytes), sum(ms)
FROM transfer WHERE began_s < ?1 GROUP BY file, outcome
ON CONFLICT (file, outcome) DO UPDATE SET
	name = excluded.name, last_s = max(last_s, excluded.last_s),
	transfers = transfers + excluded.transfers,
	bytes = bytes + excluded.bytes, ms = ms + excluded.ms;

-- name: PRUNE_DELETE
-- Delete the transfers that began before a time.
-- (before_s)
DELETE FROM transfer WHERE began_s < ?1;

-- name: PRUNE_SHRINK
-- Give empty pages back to the disk.
-- ()
PRAGMA incremental_vacuum;
