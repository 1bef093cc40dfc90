-- our user hash. () -> user_hash
SELECT user_hash FROM identity WHERE id = 1;
