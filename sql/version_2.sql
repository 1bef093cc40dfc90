-- What a reader puts before a share database of version 2, and before one of
-- version 1 after version_1.sql; see there.
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW root AS
	SELECT root_id, path, walk, NULL AS inode, 0 AS every
	FROM main.root;
CREATE TEMP VIEW mount_point AS
	SELECT NULL AS path WHERE 0;
CREATE TEMP VIEW copy AS
	SELECT copy_id, hash, root_id, path, mtime_ns, inode, 0 AS damaged
	FROM main.copy;
CREATE TEMP VIEW exclude AS
	SELECT NULL AS root_id, NULL AS pattern WHERE 0;
CREATE TEMP VIEW removed AS
	SELECT NULL AS path WHERE 0;
