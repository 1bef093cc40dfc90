-- is this copy damaged? (path, damaged)
UPDATE copy SET damaged = ?2 WHERE path = ?1;
