-- was this file known elsewhere? Not if it was made after the content was
-- shared: then a number was given twice. (inode, size, mtime_ns, born_s) -> path
SELECT astray.path FROM astray JOIN file ON file.hash = astray.hash
WHERE astray.inode = ?1 AND astray.size = ?2 AND astray.mtime_ns = ?3
	AND ?4 < file.added_s
LIMIT 1;
