-- the AICH root of a file. (hash, aich_root)
UPDATE file SET aich_root = ?2 WHERE hash = ?1;
