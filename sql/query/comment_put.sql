-- rate a file and say something of it. (hash, rating, text)
INSERT INTO comment (hash, rating, text) VALUES (?1, ?2, ?3)
ON CONFLICT (hash) DO UPDATE SET
	rating = excluded.rating, text = excluded.text;
