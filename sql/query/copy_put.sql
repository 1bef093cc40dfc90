-- where a content lies; a path holds one content. (hash, root_id, path, mtime_ns, inode)
INSERT INTO copy (hash, root_id, path, mtime_ns, inode)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (path) DO UPDATE SET
	hash = excluded.hash, root_id = excluded.root_id,
	mtime_ns = excluded.mtime_ns, inode = excluded.inode, damaged = 0;
