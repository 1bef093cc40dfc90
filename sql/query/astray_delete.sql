-- leave it as it is. (path)
DELETE FROM astray WHERE path = ?1;
