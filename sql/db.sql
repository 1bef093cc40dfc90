-- What is done with every database. See sql/embed.awk for the marks; a
-- comment "(a, b) -> c, d" names the parameters ?1 and ?2 and the columns.

-- name: DB_APPLICATION_ID
-- Which kind of database this is.
-- () -> application_id
PRAGMA application_id;

-- name: DB_USER_VERSION
-- The version of its schema.
-- () -> user_version
PRAGMA user_version;

-- name: DB_SCHEMA
-- How all tables, indexes, views and triggers were made.
-- () -> sql
SELECT sql FROM sqlite_schema;

-- name: DB_BEGIN
-- Take the write lock at once, so that what is read stays true until the
-- commit.
-- ()
BEGIN IMMEDIATE;

-- name: DB_BEGIN_READING
-- What is read from now on stays as it is now, until the commit.
-- ()
BEGIN;

-- name: DB_COMMIT
-- ()
COMMIT;

-- name: DB_ROLLBACK
-- ()
ROLLBACK;

-- script: sql_writer
-- How every writer opens a database. With WAL a reader never waits for a
-- writer. The side files are kept (the program asks SQLite for that),
-- emptied, so that a reader without write permission can always open the
-- database.
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 0;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
