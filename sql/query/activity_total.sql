-- all transfers that began since then. (since_s)
-- -> transfers, bytes, peers, files, ms, first_s, last_s, most bytes
SELECT count(*), coalesce(sum(bytes), 0), count(DISTINCT peer),
	count(DISTINCT file), coalesce(sum(ms), 0), min(began_s), max(began_s),
	coalesce(sum(bytes), 0)
FROM transfer WHERE began_s >= ?1;
