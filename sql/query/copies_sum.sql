-- how many copies, and how many bytes to read them all. () -> count, bytes
SELECT count(*), coalesce(sum(file.size), 0)
FROM copy JOIN file ON file.hash = copy.hash;
