-- the transfers that began on each day (UTC), the first day first.
-- (since_s) -> as activity_total.sql
SELECT count(*), sum(bytes), count(DISTINCT peer), count(DISTINCT file), sum(ms),
	min(began_s), max(began_s), max(sum(bytes)) OVER ()
FROM transfer WHERE began_s >= ?1
GROUP BY began_s / 86400 ORDER BY began_s / 86400;
