-- remove what began before then. (before_s)
DELETE FROM transfer WHERE began_s < ?1;
