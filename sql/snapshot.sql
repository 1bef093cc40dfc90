-- Making a snapshot of share.db.

-- name: SNAPSHOT_VACUUM_INTO
-- Write all of the database to a new file, as it is at one moment.
-- (path as text)
VACUUM INTO ?1;

-- script: sql_mark_snapshot
-- Make of that copy a snapshot: another application id, "ed2s", and nothing
-- that is true on one machine alone.
PRAGMA application_id = 0x65643273;
UPDATE copy SET inode = 0, ctime_ns = 0;
UPDATE root SET inode = NULL;
DELETE FROM removed;
DELETE FROM mount_point;
