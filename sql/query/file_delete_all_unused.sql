-- all contents without a copy. ()
DELETE FROM file
WHERE NOT EXISTS (SELECT 1 FROM copy WHERE copy.hash = file.hash);
