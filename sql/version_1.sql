-- What a reader puts before a share database of version 1, so that all queries
-- find what they know from version 2: nothing is served worse than before, and
-- nobody has to write. Views of the connection alone; the file stays as it is.
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW file AS
	SELECT hash, size, added_s, 1 AS priority, NULL AS aich_root
	FROM main.file;
CREATE TEMP VIEW aich_parts AS
	SELECT NULL AS hash, NULL AS sha1 WHERE 0;
CREATE TEMP VIEW comment AS
	SELECT NULL AS hash, NULL AS rating, NULL AS text WHERE 0;
