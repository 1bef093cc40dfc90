-- a file that was renamed. (old path, new path, root_id)
UPDATE copy SET path = ?2, root_id = ?3 WHERE path = ?1;
