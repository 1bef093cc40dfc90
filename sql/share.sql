-- script: sql_share_schema
-- The schema of share.db, version 4: which eD2k hash is which file. Only
-- ed2k-share writes it; ed2k-serve opens it read-only. How an older database
-- becomes this is in upgrade.sql.
-- Paths are absolute. Like all names they are bytes: BLOBs, never text.

PRAGMA application_id = 0x6564326b; -- "ed2k"
PRAGMA user_version = 4;

-- Our identity to peers. One row, made with the database and never changed:
-- clients ban an address whose user hash changes.
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
	walk    INTEGER NOT NULL CHECK (walk IN (0, 1)), -- 1: added with add -r
	inode   INTEGER,                                 -- NULL: not seen yet
	every   INTEGER NOT NULL DEFAULT 0               -- 1: added with --all
		CHECK (every IN (0, 1)),
	announce INTEGER NOT NULL DEFAULT 1 -- 0: its files are not announced
		CHECK (announce IN (0, 1))
) STRICT;
CREATE INDEX root_single ON root (walk) WHERE walk = 0;

-- What is left out when a root is walked: patterns of fnmatch.
CREATE TABLE exclude (
	root_id INTEGER NOT NULL REFERENCES root (root_id) ON DELETE CASCADE,
	pattern BLOB NOT NULL CHECK (length(pattern) > 0),
	PRIMARY KEY (root_id, pattern)
) STRICT, WITHOUT ROWID;

-- Roots, and directories beneath them, that were mount points when they were
-- walked. While nothing is mounted there, their files are offline, not
-- deleted.
CREATE TABLE mount_point (
	path BLOB PRIMARY KEY CHECK (length(path) > 0)
) STRICT, WITHOUT ROWID;

-- Files and directories that were removed by hand. Refresh does not share
-- them again.
CREATE TABLE removed (
	path BLOB PRIMARY KEY CHECK (length(path) > 0)
) STRICT, WITHOUT ROWID;

-- One row for each content. Kept slim, since every request looks here first.
CREATE TABLE file (
	hash    BLOB PRIMARY KEY CHECK (length(hash) = 16), -- "red" eD2k hash
	size    INTEGER NOT NULL CHECK (size > 0),          -- bytes
	added_s INTEGER NOT NULL,                           -- Unix time
	priority INTEGER NOT NULL DEFAULT 1        -- 0 low, 1 normal, 2 high
		CHECK (priority BETWEEN 0 AND 2),
	aich_root BLOB CHECK (length(aich_root) = 20) -- NULL: not computed
) STRICT, WITHOUT ROWID;

-- Where the contents lie: one row for each path, as it was when it was
-- hashed. A file whose size, mtime or inode is another one now is not served.
-- Where only the ctime is another one, each part is hashed before it is sent.
CREATE TABLE copy (
	copy_id  INTEGER PRIMARY KEY,
	hash     BLOB NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
	root_id  INTEGER NOT NULL REFERENCES root (root_id),
	path     BLOB NOT NULL UNIQUE CHECK (length(path) > 0), -- absolute
	mtime_ns INTEGER NOT NULL, -- nanoseconds since 1970
	inode    INTEGER NOT NULL,
	damaged  INTEGER NOT NULL DEFAULT 0 -- 1: verify found other bytes
		CHECK (damaged IN (0, 1)),
	ctime_ns INTEGER NOT NULL DEFAULT 0, -- as mtime_ns; 0: not recorded
	announce INTEGER NOT NULL DEFAULT 1 -- 0: its content is not announced
		CHECK (announce IN (0, 1))
) STRICT;
CREATE INDEX copy_hash ON copy (hash);
CREATE INDEX copy_root ON copy (root_id);

-- Part hashes of files of one part or more: size / 9728000 + 1 MD4 digests
-- one after another. They have a table of their own, so that `file` stays
-- slim.
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

-- AICH hashes of the parts of files of more than one part: ceil(size /
-- 9728000) SHA-1 digests one after another. A file of one part has only
-- file.aich_root.
CREATE TABLE aich_parts (
	aich_parts_id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE REFERENCES file (hash) ON DELETE CASCADE,
	sha1 BLOB NOT NULL CHECK (length(sha1) > 0 AND length(sha1) % 20 = 0)
) STRICT;

-- What we tell peers about a file: a rating and a comment.
CREATE TABLE comment (
	hash   BLOB PRIMARY KEY REFERENCES file (hash) ON DELETE CASCADE,
	-- 0: none, 1: worst, 5: best
	rating INTEGER NOT NULL CHECK (rating BETWEEN 0 AND 5),
	text   BLOB NOT NULL CHECK (length(text) <= 128) -- UTF-8; may be empty
) STRICT, WITHOUT ROWID;
