-- was this removed by hand? (path) -> 1
SELECT 1 FROM removed WHERE path = ?1;
