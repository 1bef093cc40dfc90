-- the same by file; its name is the last one. ()
-- -> transfers, bytes, 0, 1, ms, NULL, last_s, NULL, file, name
-- (max() takes `name` along from the row where it found last_s)
SELECT sum(transfers), sum(bytes), 0, 1, sum(ms), NULL, max(last_s), NULL, file,
	name
FROM (SELECT file, name, max(began_s) AS last_s, count(*) AS transfers,
		sum(bytes) AS bytes, sum(ms) AS ms
	FROM transfer GROUP BY file
	UNION ALL SELECT file, name, last_s, transfers, bytes, ms FROM pruned)
GROUP BY file ORDER BY file;
