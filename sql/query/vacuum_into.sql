-- write all of the database to a new file, as of one moment. (path as text)
VACUUM INTO ?1;
