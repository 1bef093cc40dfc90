-- the part hashes of a file. (hash, md4)
INSERT INTO part_hashes (hash, md4) VALUES (?1, ?2)
ON CONFLICT (hash) DO NOTHING;
