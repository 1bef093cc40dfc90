-- say nothing of a file any more. (hash)
DELETE FROM comment WHERE hash = ?1;
