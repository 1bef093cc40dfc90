-- What makes a copy of share.db a snapshot: another application id, "ed2s", and
-- nothing that is true on one machine alone.
PRAGMA application_id = 0x65643273;
UPDATE copy SET inode = 0;
UPDATE root SET inode = NULL;
DELETE FROM removed;
DELETE FROM mount_point;
