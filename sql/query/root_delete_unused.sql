-- a root of single files that are shared no more. (root_id)
DELETE FROM root
WHERE root_id = ?1 AND walk = 0 AND NOT EXISTS
	(SELECT 1 FROM copy WHERE copy.root_id = ?1);
