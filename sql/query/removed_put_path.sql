-- refresh is not to share this again. (path)
INSERT OR IGNORE INTO removed (path) VALUES (?1);
