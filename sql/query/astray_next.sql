-- the first of them behind a path. (behind) -> path, state, root, root inode
SELECT path, state, root, root_inode FROM astray
WHERE path > ?1 ORDER BY path LIMIT 1;
