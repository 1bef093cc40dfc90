-- The share database as version 1 had it, kept to the letter for upgrade.sh.
-- Written by ed2k-share alone; ed2k-serve opens it read-only.
-- Paths are absolute and, like all names, bytes: BLOBs, never text.

PRAGMA application_id = 0x6564326b; -- "ed2k"
PRAGMA user_version = 1;

-- Who we are to peers. One row, made at creation, never changed: clients ban
-- an address whose user hash changes.
CREATE TABLE identity (
	id        INTEGER PRIMARY KEY CHECK (id = 1),
	user_hash BLOB NOT NULL CHECK (length(user_hash) = 16),
	created_s INTEGER NOT NULL -- Unix time
) STRICT;

-- Directories beneath which files are shared. The server opens a file only
-- beneath its root, without following a symbolic link on the way.
CREATE TABLE root (
	root_id INTEGER PRIMARY KEY,
	path    BLOB NOT NULL UNIQUE CHECK (length(path) > 0),
	walk    INTEGER NOT NULL CHECK (walk IN (0, 1)) -- 1: added with add -r
) STRICT;

-- One row a content. Slim, because every request looks here first.
CREATE TABLE file (
	hash    BLOB PRIMARY KEY CHECK (length(hash) = 16), -- "red" eD2k hash
	size    INTEGER NOT NULL CHECK (size > 0),          -- bytes
	added_s INTEGER NOT NULL                            -- Unix time
) STRICT, WITHOUT ROWID;

-- Where that content lies: one row a path, as it was when it was hashed.
-- A file whose size, mtime or inode differ now is not served.
CREATE TABLE copy (
	copy_id  INTEGER PRIMARY KEY,
	hash     BLOB NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
	root_id  INTEGER NOT NULL REFERENCES root (root_id),
	path     BLOB NOT NULL UNIQUE CHECK (length(path) > 0), -- absolute
	mtime_ns INTEGER NOT NULL, -- nanoseconds since 1970
	inode    INTEGER NOT NULL
) STRICT;
CREATE INDEX copy_hash ON copy (hash);
CREATE INDEX copy_root ON copy (root_id);

-- Part hashes of files of one part or more: size / 9728000 + 1 MD4 digests one
-- after another. A table of its own, so that file stays slim.
CREATE TABLE part_hashes (
	part_hashes_id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE REFERENCES file (hash) ON DELETE CASCADE,
	md4  BLOB NOT NULL CHECK (length(md4) > 0 AND length(md4) % 16 = 0)
) STRICT;

-- The "blue" hash that direct clients and some link tools give to files whose
-- size is an exact multiple of the part size.
CREATE TABLE alias (
	alias_hash BLOB PRIMARY KEY CHECK (length(alias_hash) = 16),
	hash       BLOB NOT NULL REFERENCES file (hash) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_of ON alias (hash);
