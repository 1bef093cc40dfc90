-- what we know of a root. (path) -> path, inode, walk, every
SELECT path, inode, walk, every FROM root WHERE path = ?1;
