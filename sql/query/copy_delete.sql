-- share a path no more. (path)
DELETE FROM copy WHERE path = ?1;
