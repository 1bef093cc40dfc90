-- how many files have no AICH hashes. () -> count, bytes
SELECT count(*), coalesce(sum(size), 0) FROM file WHERE aich_root IS NULL;
