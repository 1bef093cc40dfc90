-- ()
ROLLBACK;
