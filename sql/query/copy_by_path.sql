-- what we know of a path.
-- (path) -> hash, size, mtime_ns, inode, aich_root, priority, damaged
SELECT copy.hash, file.size, copy.mtime_ns, copy.inode, file.aich_root,
	file.priority, copy.damaged
FROM copy JOIN file ON file.hash = copy.hash
WHERE copy.path = ?1;
