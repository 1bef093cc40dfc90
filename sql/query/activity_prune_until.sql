-- where the oldest few rows end, or NULL when there are fewer: prune goes in
-- steps, so that ed2k-serve never waits long. (n) -> began_s
SELECT began_s FROM transfer ORDER BY began_s LIMIT 1 OFFSET ?1;
