-- leave nothing out. (root path)
DELETE FROM exclude WHERE root_id = (SELECT root_id FROM root WHERE path = ?1);
