-- the mount points above a path, or at it, the longest first. (path) -> path
-- (|| gives text, and text is never equal to a blob)
SELECT path FROM mount_point
WHERE path = ?1
	OR substr(?1, 1, length(path) + 1) = CAST(path || '/' AS BLOB)
ORDER BY length(path) DESC;
