-- the same for all paths of a content. (hash)
INSERT OR IGNORE INTO removed (path) SELECT path FROM copy WHERE hash = ?1;
