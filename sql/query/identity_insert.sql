-- a new database's identity. (user_hash, now_s)
INSERT INTO identity (id, user_hash, created_s) VALUES (1, ?1, ?2);
