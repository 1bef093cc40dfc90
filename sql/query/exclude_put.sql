-- leave this out when a root is walked. (root path, pattern)
INSERT OR IGNORE INTO exclude (root_id, pattern)
SELECT root_id, ?2 FROM root WHERE path = ?1;
