-- A share database of version 2 becomes one of version 3. Run by ed2k-share
-- within a transaction, as soon as it opens the database for writing.
ALTER TABLE root ADD COLUMN
	inode INTEGER;
ALTER TABLE root ADD COLUMN
	every INTEGER NOT NULL DEFAULT 0 CHECK (every IN (0, 1));
CREATE TABLE exclude (
	root_id INTEGER NOT NULL REFERENCES root (root_id) ON DELETE CASCADE,
	pattern BLOB NOT NULL CHECK (length(pattern) > 0),
	PRIMARY KEY (root_id, pattern)
) STRICT, WITHOUT ROWID;
CREATE TABLE mount_point (
	path BLOB PRIMARY KEY CHECK (length(path) > 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE removed (
	path BLOB PRIMARY KEY CHECK (length(path) > 0)
) STRICT, WITHOUT ROWID;
ALTER TABLE copy ADD COLUMN
	damaged INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1));
PRAGMA user_version = 3;
