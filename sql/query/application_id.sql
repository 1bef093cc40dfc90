-- ours if 0x6564326b. () -> application_id
PRAGMA application_id;
