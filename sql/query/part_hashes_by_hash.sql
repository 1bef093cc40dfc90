-- the MD4 part hashes of a file. (hash) -> md4
SELECT md4 FROM part_hashes WHERE hash = ?1;
