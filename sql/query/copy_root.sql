-- the root of a path. (path) -> root_id
SELECT root_id FROM copy WHERE path = ?1;
