-- Sums over activity.db, by a function of store/db_guard.c: sum() fails when a
-- forged row is too large. All statements have the same columns; one that makes
-- no sense in a sum is NULL.

-- name: STATS_TOTAL
-- All transfers that began since a time.
-- (since_s) -> transfers, bytes, peers, files, ms, first_s, last_s, most
--   bytes, NULL, NULL, NULL, NULL, NULL, NULL
SELECT count(*), clamped_sum(bytes), count(DISTINCT peer),
	count(DISTINCT file), clamped_sum(ms), min(began_s), max(began_s),
	clamped_sum(bytes), NULL, NULL, NULL, NULL, NULL, NULL
FROM transfer WHERE began_s >= ?1;

-- name: STATS_BY_FILE
-- The same for each file, most bytes first. A file has the name that it had
-- in its last transfer.
-- (since_s) -> transfers, bytes, peers, 1, ms, first_s, last_s, most bytes,
--   file, name, NULL, NULL, NULL, NULL
SELECT of.transfers, of.bytes, of.peers, 1, of.ms, of.first_s, of.last_s,
	max(of.bytes) OVER (), newest.file, newest.name, NULL, NULL, NULL, NULL
FROM (SELECT count(*) AS transfers, clamped_sum(bytes) AS bytes,
		count(DISTINCT peer) AS peers, clamped_sum(ms) AS ms,
		min(began_s) AS first_s, max(began_s) AS last_s,
		max(transfer_id) AS newest_id
	FROM transfer WHERE began_s >= ?1 GROUP BY file) AS of
JOIN transfer AS newest ON newest.transfer_id = of.newest_id
ORDER BY of.bytes DESC, newest.file;

-- name: STATS_BY_PEER
-- The same for each peer, most bytes first. A peer has the address and the
-- name that it had in its last transfer.
-- (since_s) -> transfers, bytes, 1, files, ms, first_s, last_s, most bytes,
--   NULL, NULL, address, user_hash, client, NULL
SELECT of.transfers, of.bytes, 1, of.files, of.ms, of.first_s, of.last_s,
	max(of.bytes) OVER (), NULL, NULL, newest.address, newest.user_hash,
	newest.client, NULL
FROM (SELECT count(*) AS transfers, clamped_sum(bytes) AS bytes,
		count(DISTINCT file) AS files, clamped_sum(ms) AS ms,
		min(began_s) AS first_s, max(began_s) AS last_s,
		max(transfer_id) AS newest_id
	FROM transfer WHERE began_s >= ?1 GROUP BY peer) AS of
JOIN transfer AS newest ON newest.transfer_id = of.newest_id
ORDER BY of.bytes DESC, newest.peer;

-- name: STATS_BY_DAY
-- The same for each day (UTC), the first day first.
-- (since_s) -> transfers, bytes, peers, files, ms, first_s, last_s, most
--   bytes, NULL, NULL, NULL, NULL, NULL, NULL
SELECT count(*), clamped_sum(bytes), count(DISTINCT peer),
	count(DISTINCT file), clamped_sum(ms), min(began_s), max(began_s),
	max(clamped_sum(bytes)) OVER (), NULL, NULL, NULL, NULL, NULL, NULL
FROM transfer WHERE began_s >= ?1
GROUP BY began_s / 86400 ORDER BY began_s / 86400;

-- name: STATS_EVER
-- All transfers, with those that were pruned. Peers are counted in those that
-- were not.
-- () -> transfers, bytes, peers, files, ms, NULL, NULL, NULL, NULL, NULL, NULL,
--   NULL, NULL, NULL
SELECT count(*) + (SELECT clamped_sum(transfers) FROM pruned_file),
	clamped_sum(bytes) + (SELECT clamped_sum(bytes) FROM pruned_file),
	count(DISTINCT peer),
	(SELECT count(*) FROM (SELECT file FROM transfer
		UNION SELECT file FROM pruned_file)),
	clamped_sum(ms) + (SELECT clamped_sum(ms) FROM pruned_file), NULL,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM transfer;

-- name: STATS_EVER_BY_FILE
-- The same for each file. Its name is the last one: max() takes `name` from
-- the row in which it found last_s.
-- () -> transfers, bytes, 0, 1, ms, NULL, last_s, NULL, file, name, NULL, NULL,
--   NULL, NULL
SELECT clamped_sum(transfers), clamped_sum(bytes), 0, 1, clamped_sum(ms), NULL,
	max(last_s), NULL, file, name, NULL, NULL, NULL, NULL
FROM (SELECT file, name, max(began_s) AS last_s, count(*) AS transfers,
		clamped_sum(bytes) AS bytes, clamped_sum(ms) AS ms
	FROM transfer GROUP BY file
	UNION ALL SELECT file, name, last_s, transfers, bytes, ms
	FROM pruned_file)
GROUP BY file ORDER BY file;

-- name: STATS_EVER_BY_OUTCOME
-- How many transfers ended in each way.
-- () -> transfers, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
--   outcome
SELECT clamped_sum(transfers), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL,
	NULL, NULL, outcome
FROM (SELECT outcome, count(*) AS transfers FROM transfer GROUP BY outcome
	UNION ALL SELECT outcome, transfers FROM pruned_outcome)
GROUP BY outcome ORDER BY outcome;
