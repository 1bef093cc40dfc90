-- ()
COMMIT;
