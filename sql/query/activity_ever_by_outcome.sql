-- the same by the way they ended. ()
-- -> transfers, bytes, 0, 0, ms, NULL (8 times), outcome
SELECT sum(transfers), sum(bytes), 0, 0, sum(ms), NULL, NULL, NULL, NULL, NULL,
	NULL, NULL, NULL, outcome
FROM (SELECT outcome, count(*) AS transfers, sum(bytes) AS bytes, sum(ms) AS ms
	FROM transfer GROUP BY outcome
	UNION ALL SELECT outcome, transfers, bytes, ms FROM pruned)
GROUP BY outcome ORDER BY outcome;
