-- a root as add -r found it. (path, inode, every)
INSERT INTO root (path, walk, inode, every) VALUES (?1, 1, ?2, ?3)
ON CONFLICT (path) DO UPDATE SET
	walk = 1, inode = excluded.inode, every = excluded.every;
