-- all transfers, also those that were removed since. ()
-- -> transfers, bytes, peers that are known still, files, ms
SELECT count(*) + (SELECT coalesce(sum(transfers), 0) FROM pruned),
	coalesce(sum(bytes), 0) + (SELECT coalesce(sum(bytes), 0) FROM pruned),
	count(DISTINCT peer),
	(SELECT count(*) FROM (SELECT file FROM transfer
		UNION SELECT file FROM pruned)),
	coalesce(sum(ms), 0) + (SELECT coalesce(sum(ms), 0) FROM pruned)
FROM transfer;
