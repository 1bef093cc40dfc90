-- share a content no more, wherever it lies. (hash)
DELETE FROM file WHERE hash = ?1;
