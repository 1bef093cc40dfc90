-- a directory that is a mount point. (path)
INSERT OR IGNORE INTO mount_point (path) VALUES (?1);
