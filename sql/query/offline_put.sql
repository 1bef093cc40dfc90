-- a directory whose files are kept although they are gone. (path)
INSERT OR IGNORE INTO offline (path) VALUES (?1);
