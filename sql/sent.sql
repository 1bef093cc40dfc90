-- What "ed2k-share list" puts beside the activity database, to look up by hash
-- what was ever sent of a file, also what was removed since. A table of the
-- connection alone, in a temporary file when it grows: the transfers are read
-- once, and servers need not keep an index for it with every row they write.
CREATE TEMP TABLE sent (
	file  BLOB PRIMARY KEY,
	bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sent (file, bytes)
SELECT file, sum(bytes)
FROM (SELECT file, bytes FROM transfer UNION ALL SELECT file, bytes FROM pruned)
GROUP BY file;
