-- the first root at or behind a path, in the order of bytes. (path) -> path
SELECT path FROM root WHERE path >= ?1 ORDER BY path LIMIT 1;
