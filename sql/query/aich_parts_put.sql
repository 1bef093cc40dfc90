-- the AICH hashes of a file's parts, if it is still shared. (hash, sha1)
INSERT INTO aich_parts (hash, sha1)
SELECT hash, ?2 FROM file WHERE hash = ?1
ON CONFLICT (hash) DO UPDATE SET sha1 = excluded.sha1;
