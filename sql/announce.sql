-- announce.db, version 1: what ed2k-announce has to know after a restart. It is
-- the only one who writes and reads it.

-- script: sql_announce_schema
PRAGMA application_id = 0x6564326e; -- "ed2n"
PRAGMA user_version = 1;

-- What became of each server. Times are seconds since 1970.
CREATE TABLE server (
	host   BLOB NOT NULL CHECK (length(host) > 0), -- as it was named
	port   INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
	id     INTEGER NOT NULL  -- that it gave us last; 0: none
		CHECK (id BETWEEN 0 AND 4294967295),
	tries  INTEGER NOT NULL  -- attempts in a row that failed
		CHECK (tries >= 0),
	next_s INTEGER NOT NULL, -- not to be dialled before; 0: at any time
	used_s INTEGER NOT NULL, -- when this was written
	PRIMARY KEY (host, port)
) STRICT, WITHOUT ROWID;

-- name: ANNOUNCE_SERVER
-- What is known of a server.
-- (host, port) -> id, tries, next_s
SELECT id, tries, next_s FROM server WHERE host = ?1 AND port = ?2;

-- name: ANNOUNCE_SERVER_PUT
-- Remember it.
-- (host, port, id, tries, next_s, used_s)
INSERT INTO server (host, port, id, tries, next_s, used_s)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (host, port) DO UPDATE SET
	id = excluded.id, tries = excluded.tries, next_s = excluded.next_s,
	used_s = excluded.used_s;

-- name: ANNOUNCE_SERVERS_FORGET
-- Forget servers that were not used since.
-- (used_s)
DELETE FROM server WHERE used_s < ?1;
