-- a transfer.
-- (began_s, address, user_hash, client, file, name, bytes, ms, outcome)
INSERT INTO transfer (began_s, address, user_hash, client, file, name, bytes,
	ms, outcome)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
