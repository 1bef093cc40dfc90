-- what was ever sent of a file; on top of sent.sql. (hash) -> bytes
SELECT bytes FROM sent WHERE file = ?1;
