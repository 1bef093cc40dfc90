-- which inode a root is now. (path, inode)
UPDATE root SET inode = ?2 WHERE path = ?1;
