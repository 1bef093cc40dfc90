-- forget the roots at and beneath a directory. (directory, beneath from, to)
DELETE FROM root WHERE path = ?1 OR (path >= ?2 AND path < ?3);
