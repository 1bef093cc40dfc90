-- Removing old transfers from activity.db: by the server, when it writes, and
-- by "ed2k-share stats prune". Prune goes in steps, each of which takes the
-- oldest, so that others never wait long.

-- name: PRUNE_OVERWRITE
-- What is deleted from now on is overwritten with zeros.
-- () -> secure_delete
PRAGMA secure_delete = ON;

-- name: PRUNE_COUNT
-- How many transfers are to go in a step of at most ?3: those that began before
-- a time, and those beyond the number to keep. The numbers of the first and the
-- last one tell how many there are at most; to count them all would take long.
-- (before_s, keep, step) -> n
SELECT min(?3, max(
	(SELECT count(*) FROM
		(SELECT 1 FROM transfer WHERE began_s < ?1 LIMIT ?3)),
	coalesce((SELECT max(transfer_id) FROM transfer) -
		(SELECT min(transfer_id) FROM transfer) + 1 - ?2, 0)));

-- name: PRUNE_SUM_BY_FILE
-- Add the oldest n transfers to the sums. max() takes `name` from the row in
-- which it found the last one.
-- (n)
INSERT INTO pruned_file (file, name, last_s, transfers, bytes, ms)
SELECT file, name, max(began_s), count(*), clamped_sum(bytes), clamped_sum(ms)
FROM (SELECT * FROM transfer ORDER BY began_s, transfer_id LIMIT ?1)
WHERE true GROUP BY file
ON CONFLICT (file) DO UPDATE SET
	name = excluded.name, last_s = max(last_s, excluded.last_s),
	transfers = transfers + excluded.transfers,
	bytes = min(bytes, 9223372036854775807 - excluded.bytes) +
		excluded.bytes,
	ms = min(ms, 9223372036854775807 - excluded.ms) + excluded.ms;

-- name: PRUNE_SUM_BY_OUTCOME
-- (n)
INSERT INTO pruned_outcome (outcome, transfers)
SELECT outcome, count(*)
FROM (SELECT * FROM transfer ORDER BY began_s, transfer_id LIMIT ?1)
WHERE true GROUP BY outcome
ON CONFLICT (outcome) DO UPDATE SET transfers = transfers + excluded.transfers;

-- name: PRUNE_DELETE
-- Delete the oldest n transfers.
-- (n)
DELETE FROM transfer WHERE transfer_id IN (SELECT transfer_id FROM transfer
	ORDER BY began_s, transfer_id LIMIT ?1);

-- name: PRUNE_SHRINK
-- Give empty pages back to the disk.
-- ()
PRAGMA incremental_vacuum;
