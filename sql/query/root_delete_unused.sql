-- roots of single files that are shared no more. ()
DELETE FROM root
WHERE walk = 0 AND NOT EXISTS
	(SELECT 1 FROM copy WHERE copy.root_id = root.root_id);
