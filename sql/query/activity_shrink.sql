-- give pages that hold nothing back to the disk. ()
PRAGMA incremental_vacuum;
