-- Reading share.db.

-- name: STORE_USER_HASH
-- Our user hash.
-- () -> user_hash
SELECT user_hash FROM identity WHERE id = 1;

-- name: STORE_HASH_BY_ALIAS
-- The hash of the file that has this "blue" hash.
-- (alias_hash) -> hash
SELECT hash FROM alias WHERE alias_hash = ?1;

-- name: STORE_COPIES_BY_HASH
-- The copies of a content, oldest first.
-- (hash) -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--   damaged, root inode, ctime_ns
SELECT file.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode,
	copy.ctime_ns
FROM file
JOIN copy ON copy.hash = file.hash
JOIN root ON root.root_id = copy.root_id
WHERE file.hash = ?1
ORDER BY copy.copy_id;

-- name: STORE_COPY_BY_PATH
-- The copy at a path.
-- (path) -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--   damaged, root inode, ctime_ns
SELECT copy.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode,
	copy.ctime_ns
FROM copy
JOIN file ON file.hash = copy.hash
JOIN root ON root.root_id = copy.root_id
WHERE copy.path = ?1;

-- name: STORE_COPY_NEXT
-- The first copy behind one path and before another.
-- (behind, before) -> hash, size, root, path, mtime_ns, inode, aich_root,
--   priority, damaged, root inode, ctime_ns
SELECT copy.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode,
	copy.ctime_ns
FROM copy
JOIN file ON file.hash = copy.hash
JOIN root ON root.root_id = copy.root_id
WHERE copy.path > ?1 AND copy.path < ?2
ORDER BY copy.path LIMIT 1;

-- name: STORE_COPIES
-- The next n copies behind a path, by path.
-- (path, n) -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--   damaged, root inode, ctime_ns
SELECT copy.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode,
	copy.ctime_ns
FROM copy
JOIN file ON file.hash = copy.hash
JOIN root ON root.root_id = copy.root_id
WHERE copy.path > ?1
ORDER BY copy.path LIMIT ?2;

-- name: STORE_FILES
-- The next n contents behind a hash, by hash, each with its oldest copy.
-- (hash, n) -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--   damaged, root inode, ctime_ns
SELECT file.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode,
	copy.ctime_ns
FROM file
JOIN copy ON copy.copy_id =
	(SELECT min(copy_id) FROM copy WHERE copy.hash = file.hash)
JOIN root ON root.root_id = copy.root_id
WHERE file.hash > ?1
ORDER BY file.hash LIMIT ?2;

-- name: STORE_SUM
-- The number of copies, and the bytes to read to verify them all.
-- () -> copies, bytes
SELECT count(*), coalesce(sum(file.size), 0)
FROM copy JOIN file ON file.hash = copy.hash;

-- name: STORE_PART_HASHES
-- The MD4 part hashes of a file.
-- (hash) -> md4
SELECT md4 FROM part_hashes WHERE hash = ?1;

-- name: STORE_PART_HASH
-- One of them.
-- (hash, offset in bytes) -> md4
SELECT substr(md4, ?2 + 1, 16) FROM part_hashes WHERE hash = ?1;

-- name: STORE_AICH_PARTS
-- The AICH hashes of the parts of a file.
-- (hash) -> sha1
SELECT sha1 FROM aich_parts WHERE hash = ?1;

-- name: STORE_COUNT_WITHOUT_AICH
-- The files that have no AICH hashes.
-- () -> files, bytes
SELECT count(*), coalesce(sum(size), 0) FROM file WHERE aich_root IS NULL;

-- name: STORE_NEXT_WITHOUT_AICH
-- The first file behind a hash that has no AICH hashes.
-- (hash) -> hash
SELECT hash FROM file WHERE hash > ?1 AND aich_root IS NULL
ORDER BY hash LIMIT 1;

-- name: STORE_COMMENT
-- Rating and comment of a file.
-- (hash) -> rating, text
SELECT rating, text FROM comment WHERE hash = ?1;

-- name: STORE_ANNOUNCED
-- May a content be announced? Not if one of its copies may not, or a root of
-- theirs.
-- (hash) -> 0 or 1
SELECT min(copy.announce AND root.announce)
FROM copy JOIN root ON root.root_id = copy.root_id
WHERE copy.hash = ?1;

-- name: STORE_ROOT_FROM
-- The first root at or behind a path, in the order of bytes; with walk = 1, the
-- first that is walked.
-- (path, walk) -> path
SELECT path FROM root WHERE path >= ?1 AND walk >= ?2 ORDER BY path LIMIT 1;

-- name: STORE_SINGLES
-- The copies that are in no root that is walked, so were added by themselves.
-- () -> path
SELECT copy.path FROM root JOIN copy ON copy.root_id = root.root_id
WHERE root.walk = 0;

-- name: STORE_MOUNT_POINTS_ABOVE
-- The mount points at or above a path, the longest first. (The operator ||
-- makes text, and text is never equal to a blob.)
-- (path) -> path
SELECT path FROM mount_point
WHERE path = ?1
	OR substr(?1, 1, length(path) + 1) = CAST(path || '/' AS BLOB)
ORDER BY length(path) DESC;

-- Views that show a reader a database of an older version as if it were the
-- next one, and so on up to ours. They exist in the connection alone: the file
-- stays as it is, and nobody has to write. A view cannot be replaced, so the
-- first one of a table has all columns that it has by now.

-- script: sql_share_1_as_2
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW file AS
	SELECT hash, size, added_s, 1 AS priority, NULL AS aich_root
	FROM main.file;
CREATE TEMP VIEW aich_parts AS
	SELECT NULL AS hash, NULL AS sha1 WHERE 0;
CREATE TEMP VIEW comment AS
	SELECT NULL AS hash, NULL AS rating, NULL AS text WHERE 0;

-- script: sql_share_2_as_3
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW root AS
	SELECT root_id, path, walk, NULL AS inode, 0 AS every, 1 AS announce
	FROM main.root;
CREATE TEMP VIEW mount_point AS
	SELECT NULL AS path WHERE 0;
CREATE TEMP VIEW copy AS
	SELECT copy_id, hash, root_id, path, mtime_ns, inode, 0 AS damaged,
		0 AS ctime_ns, 1 AS announce
	FROM main.copy;
CREATE TEMP VIEW exclude AS
	SELECT NULL AS root_id, NULL AS pattern WHERE 0;
CREATE TEMP VIEW removed AS
	SELECT NULL AS path WHERE 0;

-- script: sql_share_3_as_4
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW IF NOT EXISTS root AS
	SELECT root_id, path, walk, inode, every, 1 AS announce
	FROM main.root;
CREATE TEMP VIEW IF NOT EXISTS copy AS
	SELECT copy_id, hash, root_id, path, mtime_ns, inode, damaged,
		0 AS ctime_ns, 1 AS announce
	FROM main.copy;
