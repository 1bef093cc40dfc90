-- A share database of version 1 becomes one of version 2. Run by ed2k-share
-- within a transaction, as soon as it opens the database for writing.
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
