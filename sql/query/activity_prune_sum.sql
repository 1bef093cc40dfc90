-- keep the sums of what began before then. (before_s)
-- (max() takes `name` along from the row where it found last_s)
INSERT INTO pruned (file, outcome, name, last_s, transfers, bytes, ms)
SELECT file, outcome, name, max(began_s), count(*), sum(bytes), sum(ms)
FROM transfer WHERE began_s < ?1 GROUP BY file, outcome
ON CONFLICT (file, outcome) DO UPDATE SET
	name = excluded.name, last_s = max(last_s, excluded.last_s),
	transfers = transfers + excluded.transfers,
	bytes = bytes + excluded.bytes, ms = ms + excluded.ms;
