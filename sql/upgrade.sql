-- How a database of an older version becomes the next one. A writer runs
-- these in one transaction, as soon as it opens the database.

-- script: sql_share_to_2
ALTER TABLE file ADD COLUMN
	priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2);
ALTER TABLE file ADD COLUMN
	aich_root BLOB CHECK (length(aich_root) = 20);
CREATE TABLE aich_parts (
	aich_parts_id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE REFERENCES file (hash) ON DELETE CASCADE,
	sha1 BLOB NOT NULL CHECK (length(sha1) > 0 AND length(sha1) % 20 = 0)
) STRICT;
CREATE TABLE comment (
	hash   BLOB PRIMARY KEY REFERENCES file (hash) ON DELETE CASCADE,
	rating INTEGER NOT NULL CHECK (rating BETWEEN 0 AND 5),
	text   BLOB NOT NULL CHECK (length(text) <= 128)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 2;

-- script: sql_share_to_3
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

-- script: sql_share_to_4
ALTER TABLE copy ADD COLUMN
	ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE copy ADD COLUMN
	announce INTEGER NOT NULL DEFAULT 1 CHECK (announce IN (0, 1));
ALTER TABLE root ADD COLUMN
	announce INTEGER NOT NULL DEFAULT 1 CHECK (announce IN (0, 1));
CREATE INDEX root_single ON root (walk) WHERE walk = 0;
PRAGMA user_version = 4;
