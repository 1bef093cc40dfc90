-- take the write lock now, so that what is read stays true until the commit. ()
BEGIN IMMEDIATE;
