-- everything shared, by path.
-- () -> hash, size, root, path, mtime_ns, inode, aich_root, priority,
--    damaged, root inode
SELECT copy.hash, file.size, root.path, copy.path, copy.mtime_ns, copy.inode,
	file.aich_root, file.priority, copy.damaged, root.inode
FROM copy
JOIN file ON file.hash = copy.hash
JOIN root ON root.root_id = copy.root_id
ORDER BY copy.path;
