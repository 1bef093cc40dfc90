-- the copies of a content, oldest first.
-- (hash) -> size, root, path, mtime_ns, inode, aich_root, priority, damaged
SELECT file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged
FROM file
JOIN copy ON copy.hash = file.hash
JOIN root ON root.root_id = copy.root_id
WHERE file.hash = ?1
ORDER BY copy.copy_id;
