-- and all beneath a directory, and itself. (directory, beneath from, to)
DELETE FROM removed WHERE path = ?1 OR (path >= ?2 AND path < ?3);
