-- How much was ever sent of each file, for "ed2k-share list".

-- script: sql_sent_table
-- A table to look up by hash. It reads all transfers once, so that servers do
-- not have to update an index with every row they write. It belongs to the
-- connection alone, and is in a temporary file when it is large.
CREATE TEMP TABLE sent (
	file  BLOB PRIMARY KEY,
	bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sent (file, bytes)
SELECT file, clamped_sum(bytes)
FROM (SELECT file, bytes FROM transfer
	UNION ALL SELECT file, bytes FROM pruned_file)
GROUP BY file;

-- name: SENT_BY_FILE
-- The bytes that were sent of a file.
-- (hash) -> bytes
SELECT bytes FROM sent WHERE file = ?1;
