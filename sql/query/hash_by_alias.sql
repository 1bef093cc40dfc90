-- the file behind a "blue" hash. (alias_hash) -> hash
SELECT hash FROM alias WHERE alias_hash = ?1;
