-- on another machine a file has another inode; size and time remain. ()
UPDATE copy SET inode = 0;
