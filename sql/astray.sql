-- What refresh keeps while it runs: which copies were not found as they were
-- recorded, and what is not there as a whole. In SQLite's temporary file, so
-- that memory does not grow with the number of files; its journal, of a few pages
-- each time, is in memory.
PRAGMA temp.journal_mode = MEMORY;
CREATE TEMP TABLE astray (
	path       BLOB PRIMARY KEY,
	hash       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	mtime_ns   INTEGER NOT NULL,
	inode      INTEGER NOT NULL,
	state      INTEGER NOT NULL, -- enum copy_state
	root       BLOB NOT NULL,
	root_inode INTEGER           -- NULL: not seen yet
) STRICT, WITHOUT ROWID;
CREATE INDEX temp.astray_inode ON astray (inode);
CREATE INDEX temp.astray_hash ON astray (hash, state DESC, path);
CREATE TEMP TABLE offline (
	path BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
