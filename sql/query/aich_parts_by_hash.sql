-- the AICH hashes of a file's parts. (hash) -> sha1
SELECT sha1 FROM aich_parts WHERE hash = ?1;
