-- How every writer opens share.db. With WAL a reader never waits for a writer.
-- The side files are kept (the program asks SQLite for that), emptied, so that
-- a reader without write permission always gets in.
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 0;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
