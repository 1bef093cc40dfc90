-- read what follows as it is now, until the commit. ()
BEGIN;
