-- a copy that is not as it was recorded.
-- (path, hash, size, mtime_ns, inode, state, root, root inode)
INSERT OR REPLACE INTO astray
	(path, hash, size, mtime_ns, inode, state, root, root_inode)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
