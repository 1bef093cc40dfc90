-- it was found, and is not to be found again. (path, state)
UPDATE astray SET state = ?2, hash = x'', inode = 0, size = 0 WHERE path = ?1;
