-- a root, new or known; a walked one stays so. (path, walk)
INSERT INTO root (path, walk) VALUES (?1, ?2)
ON CONFLICT (path) DO UPDATE SET walk = max(walk, excluded.walk);
