-- the first root behind a path, of those before another.
-- (behind, before) -> path, inode, walk, every
SELECT path, inode, walk, every FROM root
WHERE path > ?1 AND path < ?2 ORDER BY path LIMIT 1;
