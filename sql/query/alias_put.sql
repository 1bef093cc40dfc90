-- the "blue" hash of a file. (alias_hash, hash)
INSERT INTO alias (alias_hash, hash) VALUES (?1, ?2)
ON CONFLICT (alias_hash) DO NOTHING;
