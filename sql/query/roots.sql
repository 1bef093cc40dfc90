-- the roots, longest path first. () -> root_id, path
SELECT root_id, path FROM root ORDER BY length(path) DESC;
