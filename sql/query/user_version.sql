-- the version of the schema. () -> user_version
PRAGMA user_version;
