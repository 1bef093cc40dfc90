-- this may be shared again. (path)
DELETE FROM removed WHERE path = ?1;
