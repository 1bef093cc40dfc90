-- the root of a file that is added by itself. (path, inode)
INSERT INTO root (path, walk, inode) VALUES (?1, 0, ?2)
ON CONFLICT (path) DO NOTHING;
