-- what is left out when a root is walked. (root path) -> pattern
SELECT pattern FROM exclude JOIN root USING (root_id) WHERE root.path = ?1;
