-- a content. (hash, size, now_s)
INSERT INTO file (hash, size, added_s) VALUES (?1, ?2, ?3)
ON CONFLICT (hash) DO NOTHING;
