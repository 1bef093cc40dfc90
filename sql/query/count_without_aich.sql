-- how many files have no AICH hashes. () -> count
SELECT count(*) FROM file WHERE aich_root IS NULL;
