-- Changing share.db. Only ed2k-share does that.

-- name: EDIT_IDENTITY_PUT
-- The identity of a new database.
-- (user_hash, now_s)
INSERT INTO identity (id, user_hash, created_s) VALUES (1, ?1, ?2);

-- Contents: what belongs to a hash, wherever its copies lie.

-- name: EDIT_FILE_PUT
-- Add a content. One that is known stays as it is.
-- (hash, size, now_s)
INSERT INTO file (hash, size, added_s) VALUES (?1, ?2, ?3)
ON CONFLICT (hash) DO NOTHING;

-- name: EDIT_FILE_DELETE_UNUSED
-- Delete a content that has no copy.
-- (hash)
DELETE FROM file
WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM copy WHERE copy.hash = ?1);

-- name: EDIT_PART_HASHES_PUT
-- The MD4 part hashes of a file.
-- (hash, md4)
INSERT INTO part_hashes (hash, md4) VALUES (?1, ?2)
ON CONFLICT (hash) DO NOTHING;

-- name: EDIT_AICH_ROOT_PUT
-- The AICH root of a file.
-- (hash, aich_root)
UPDATE file SET aich_root = ?2 WHERE hash = ?1;

-- name: EDIT_AICH_PARTS_PUT
-- The AICH hashes of the parts of a file, if that is shared.
-- (hash, sha1)
INSERT INTO aich_parts (hash, sha1)
SELECT hash, ?2 FROM file WHERE hash = ?1
ON CONFLICT (hash) DO UPDATE SET sha1 = excluded.sha1;

-- name: EDIT_ALIAS_PUT
-- The "blue" hash of a file.
-- (alias_hash, hash)
INSERT INTO alias (alias_hash, hash) VALUES (?1, ?2)
ON CONFLICT (alias_hash) DO NOTHING;

-- name: EDIT_PRIORITY_PUT
-- The priority of a file.
-- (hash, priority)
UPDATE file SET priority = ?2 WHERE hash = ?1;

-- name: EDIT_COMMENT_PUT
-- Rating and comment of a file.
-- (hash, rating, text)
INSERT INTO comment (hash, rating, text) VALUES (?1, ?2, ?3)
ON CONFLICT (hash) DO UPDATE SET
	rating = excluded.rating, text = excluded.text;

-- name: EDIT_COMMENT_DELETE
-- Delete rating and comment of a file.
-- (hash)
DELETE FROM comment WHERE hash = ?1;

-- Copies: where a content lies.

-- name: EDIT_COPY_PUT
-- Put a content at a path, in place of what was there.
-- (hash, root_id, path, mtime_ns, inode, ctime_ns)
INSERT INTO copy (hash, root_id, path, mtime_ns, inode, ctime_ns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (path) DO UPDATE SET
	hash = excluded.hash, root_id = excluded.root_id,
	mtime_ns = excluded.mtime_ns, inode = excluded.inode,
	ctime_ns = excluded.ctime_ns, damaged = 0;

-- name: EDIT_COPY_MOVE
-- A file was renamed.
-- (old path, new path, root_id)
UPDATE copy SET path = ?2, root_id = ?3 WHERE path = ?1;

-- name: EDIT_COPY_DELETE
-- Stop sharing a path.
-- (path)
DELETE FROM copy WHERE path = ?1;

-- name: EDIT_COPY_DAMAGED_PUT
-- A copy has other bytes than were hashed.
-- (path)
UPDATE copy SET damaged = 1 WHERE path = ?1;

-- name: EDIT_COPY_SOUND_PUT
-- A copy has the bytes that were hashed. This was seen when its ctime was so.
-- (path, ctime_ns)
UPDATE copy SET damaged = 0, ctime_ns = ?2 WHERE path = ?1;

-- name: EDIT_COPY_ANNOUNCE_PUT
-- May the content at a path be announced?
-- (path, announce)
UPDATE copy SET announce = ?2 WHERE path = ?1;

-- name: EDIT_HASH_ANNOUNCE_PUT
-- The same for all copies of a content.
-- (hash, announce)
UPDATE copy SET announce = ?2 WHERE hash = ?1;

-- name: EDIT_COPY_ANNOUNCE_MOVE
-- What was kept out of announcing at an old path is so at the new one.
-- (old path, new path)
UPDATE copy SET announce = 0
WHERE path = ?2 AND EXISTS
	(SELECT 1 FROM copy AS old WHERE old.path = ?1 AND old.announce = 0);

-- name: EDIT_COPY_ROOT
-- The root of a copy.
-- (path) -> root_id
SELECT root_id FROM copy WHERE path = ?1;

-- Roots, and what is recorded of them.

-- name: EDIT_ROOT_ID
-- The root at a path.
-- (path) -> root_id
SELECT root_id FROM root WHERE path = ?1;

-- name: EDIT_ROOT_BY_PATH
-- All that is known of the root at a path.
-- (path) -> path, inode, walk, every
SELECT path, inode, walk, every FROM root WHERE path = ?1;

-- name: EDIT_ROOT_NEXT
-- The first root behind one path and before another.
-- (behind, before) -> path, inode, walk, every
SELECT path, inode, walk, every FROM root
WHERE path > ?1 AND path < ?2 ORDER BY path LIMIT 1;

-- name: EDIT_ROOT_PUT
-- The root of a file that is added by itself.
-- (path, inode)
INSERT INTO root (path, walk, inode) VALUES (?1, 0, ?2)
ON CONFLICT (path) DO NOTHING;

-- name: EDIT_ROOT_WALK_PUT
-- A root that is added with add -r. Beneath one that is kept out of announcing
-- it is kept out, too.
-- (path, inode, every)
INSERT INTO root (path, walk, inode, every, announce)
VALUES (?1, 1, ?2, ?3, NOT EXISTS (
	SELECT 1 FROM root AS above WHERE above.announce = 0 AND (
		above.path = x'2f' OR
		substr(?1, 1, length(above.path) + 1) =
			CAST(above.path || '/' AS BLOB))))
ON CONFLICT (path) DO UPDATE SET
	walk = 1, inode = excluded.inode, every = excluded.every;

-- name: EDIT_ROOT_INODE_PUT
-- The inode that a root has now.
-- (path, inode)
UPDATE root SET inode = ?2 WHERE path = ?1;

-- name: EDIT_ROOT_ANNOUNCE_PUT
-- May the files of the roots at and beneath a directory be announced?
-- (directory, beneath from, beneath to, announce)
UPDATE root SET announce = ?4 WHERE path = ?1 OR (path >= ?2 AND path < ?3);

-- name: EDIT_ROOT_DELETE_UNUSED
-- Delete a root of single files when it has no file left.
-- (root_id)
DELETE FROM root
WHERE root_id = ?1 AND walk = 0 AND NOT EXISTS
	(SELECT 1 FROM copy WHERE copy.root_id = ?1);

-- name: EDIT_ROOT_DELETE_BENEATH
-- Delete the roots at and beneath a directory.
-- (directory, beneath from, beneath to)
DELETE FROM root WHERE path = ?1 OR (path >= ?2 AND path < ?3);

-- name: EDIT_EXCLUDES
-- The patterns of what is left out when a root is walked.
-- (root path) -> pattern
SELECT pattern FROM exclude JOIN root USING (root_id) WHERE root.path = ?1;

-- name: EDIT_EXCLUDE_PUT
-- Add a pattern.
-- (root path, pattern)
INSERT OR IGNORE INTO exclude (root_id, pattern)
SELECT root_id, ?2 FROM root WHERE path = ?1;

-- name: EDIT_EXCLUDE_DELETE
-- Delete all patterns of a root.
-- (root path)
DELETE FROM exclude WHERE root_id = (SELECT root_id FROM root WHERE path = ?1);

-- name: EDIT_MOUNT_POINT_PUT
-- A directory is a mount point.
-- (path)
INSERT OR IGNORE INTO mount_point (path) VALUES (?1);

-- name: EDIT_MOUNT_POINT_DELETE
-- Forget the mount points at and beneath a directory.
-- (directory, beneath from, beneath to)
DELETE FROM mount_point WHERE path = ?1 OR (path >= ?2 AND path < ?3);

-- name: EDIT_REMOVED_PUT_PATH
-- A path was removed by hand: refresh does not share it again.
-- (path)
INSERT OR IGNORE INTO removed (path) VALUES (?1);

-- name: EDIT_REMOVED_PUT_HASH
-- The same for all copies of a content.
-- (hash)
INSERT OR IGNORE INTO removed (path) SELECT path FROM copy WHERE hash = ?1;

-- name: EDIT_REMOVED_BY_PATH
-- Whether a path was removed by hand: a row if it was.
-- (path) -> 1
SELECT 1 FROM removed WHERE path = ?1;

-- name: EDIT_REMOVED_DELETE
-- A path may be shared again.
-- (path)
DELETE FROM removed WHERE path = ?1;

-- name: EDIT_REMOVED_DELETE_BENEATH
-- A directory and all beneath it may be shared again.
-- (directory, beneath from, beneath to)
DELETE FROM removed WHERE path = ?1 OR (path >= ?2 AND path < ?3);

-- What refresh keeps while it runs: the copies that were not found as they
-- were recorded, and the directories that are offline. The tables are in
-- SQLite's temporary file, so that memory does not grow with the number of
-- files. The journal of that file has a few pages at a time and is in memory.

-- script: sql_astray_tables
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

-- name: EDIT_ASTRAY_PUT
-- A copy is not as it was recorded.
-- (path, hash, size, mtime_ns, inode, state, root, root inode)
INSERT OR REPLACE INTO astray
	(path, hash, size, mtime_ns, inode, state, root, root_inode)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: EDIT_ASTRAY_NEXT
-- The first astray copy behind a path.
-- (behind) -> path, state, root, root inode
SELECT path, state, root, root_inode FROM astray
WHERE path > ?1 ORDER BY path LIMIT 1;

-- name: EDIT_ASTRAY_BY_INODE
-- The astray copy that a new file was before it was renamed. A file that was
-- made after the content was shared only got the same inode number.
-- (inode, size, mtime_ns, born_s) -> path
SELECT astray.path FROM astray JOIN file ON file.hash = astray.hash
WHERE astray.inode = ?1 AND astray.size = ?2 AND astray.mtime_ns = ?3
	AND ?4 < file.added_s
LIMIT 1;

-- name: EDIT_ASTRAY_BY_HASH
-- An astray copy of a content; one that is gone rather than one that changed.
-- (hash) -> path
SELECT path FROM astray WHERE hash = ?1 ORDER BY state DESC, path LIMIT 1;

-- name: EDIT_ASTRAY_DELETE
-- A copy is not astray: it stays as it was recorded.
-- (path)
DELETE FROM astray WHERE path = ?1;

-- name: EDIT_ASTRAY_SPEND
-- A copy was found elsewhere, and must not be found again.
-- (path, state)
UPDATE astray SET state = ?2, hash = x'', inode = 0, size = 0 WHERE path = ?1;

-- name: EDIT_OFFLINE_PUT
-- A directory is offline: its files are kept although they are gone.
-- (path)
INSERT OR IGNORE INTO offline (path) VALUES (?1);
