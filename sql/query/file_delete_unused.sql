-- a content without a copy. (hash)
DELETE FROM file
WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM copy WHERE copy.hash = ?1);
