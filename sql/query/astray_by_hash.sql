-- the same by content; one that is gone before one that changed. (hash) -> path
SELECT path FROM astray WHERE hash = ?1 ORDER BY state DESC, path LIMIT 1;
