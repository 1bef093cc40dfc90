-- the transfers of each file, most bytes first; its name is the last one.
-- (since_s) -> as activity_total.sql, file, name
SELECT of.transfers, of.bytes, of.peers, 1, of.ms, of.first_s, of.last_s,
	max(of.bytes) OVER (), newest.file, newest.name
FROM (SELECT count(*) AS transfers, sum(bytes) AS bytes,
		count(DISTINCT peer) AS peers, sum(ms) AS ms,
		min(began_s) AS first_s, max(began_s) AS last_s,
		max(transfer_id) AS newest_id
	FROM transfer WHERE began_s >= ?1 GROUP BY file) AS of
JOIN transfer AS newest ON newest.transfer_id = of.newest_id
ORDER BY of.bytes DESC, newest.file;
