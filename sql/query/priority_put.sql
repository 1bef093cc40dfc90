-- how soon those get a slot who wait for a file. (hash, priority)
UPDATE file SET priority = ?2 WHERE hash = ?1;
