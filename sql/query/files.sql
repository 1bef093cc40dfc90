-- each content once, with its oldest copy.
-- () -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--    damaged, root inode
SELECT file.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode
FROM file
JOIN copy ON copy.copy_id =
	(SELECT min(copy_id) FROM copy WHERE copy.hash = file.hash)
JOIN root ON root.root_id = copy.root_id;
