-- share nothing beneath a directory. (directory, beneath from, to)
DELETE FROM copy WHERE path = ?1 OR (path >= ?2 AND path < ?3);
