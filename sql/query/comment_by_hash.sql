-- rating and comment of a file. (hash) -> rating, text
SELECT rating, text FROM comment WHERE hash = ?1;
