-- the transfers to each peer, most bytes first; where it was and what it called
-- itself the last time.
-- (since_s) -> as activity_total.sql, NULL, NULL, address, user_hash, client
SELECT of.transfers, of.bytes, 1, of.files, of.ms, of.first_s, of.last_s,
	max(of.bytes) OVER (), NULL, NULL, newest.address, newest.user_hash,
	newest.client
FROM (SELECT count(*) AS transfers, sum(bytes) AS bytes,
		count(DISTINCT file) AS files, sum(ms) AS ms,
		min(began_s) AS first_s, max(began_s) AS last_s,
		max(transfer_id) AS newest_id
	FROM transfer WHERE began_s >= ?1 GROUP BY peer) AS of
JOIN transfer AS newest ON newest.transfer_id = of.newest_id
ORDER BY of.bytes DESC, newest.peer;
