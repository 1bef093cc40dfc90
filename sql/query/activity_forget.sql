-- what is removed from now on is overwritten, not only left out. ()
PRAGMA secure_delete = ON;
