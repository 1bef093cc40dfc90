-- What an announcer reads of share.db.

-- name: SHARE_VIEW_ROOTS
-- The roots as they were last seen.
-- () -> root_id, path, inode
SELECT root_id, path, inode FROM root ORDER BY root_id;

-- name: SHARE_VIEW_COPIES
-- All copies, by content; those of one content follow each other. (CROSS JOIN
-- keeps the order of the tables, so that nothing is sorted.)
-- () -> hash, added_s, priority, root_id, damaged, announce
SELECT file.hash, file.added_s, file.priority, copy.root_id, copy.damaged,
	copy.announce AND root.announce
FROM file
CROSS JOIN copy ON copy.hash = file.hash
CROSS JOIN root ON root.root_id = copy.root_id
ORDER BY file.hash;
