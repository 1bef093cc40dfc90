-- which root is at a path? (path) -> root_id
SELECT root_id FROM root WHERE path = ?1;
