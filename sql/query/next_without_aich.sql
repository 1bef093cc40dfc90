-- the first file behind a hash that has no AICH hashes. (hash) -> hash
SELECT hash FROM file WHERE hash > ?1 AND aich_root IS NULL
ORDER BY hash LIMIT 1;
