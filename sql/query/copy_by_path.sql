-- what we know of a path. (path) -> hash, size, mtime_ns, inode
SELECT copy.hash, file.size, copy.mtime_ns, copy.inode
FROM copy JOIN file ON file.hash = copy.hash
WHERE copy.path = ?1;
