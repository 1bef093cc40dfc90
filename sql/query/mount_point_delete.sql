-- forget mount points at and beneath a directory. (directory, beneath from, to)
DELETE FROM mount_point WHERE path = ?1 OR (path >= ?2 AND path < ?3);
