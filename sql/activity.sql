-- activity.db, version 2: what was uploaded to whom. ed2k-serve adds one row
-- for each file and connection when the connection ends, and deletes those that
-- are too old or too many (sql/prune.sql). "ed2k-share stats" reads the rows.
-- Names are bytes, as they came: BLOBs, never text.
--
-- A process that a peer took over may write this database. So a program uses
-- it only if its schema is the one here, word for word: whoever changes a word
-- makes a new version. Comments and white space do not count.

-- script: sql_activity_schema

PRAGMA auto_vacuum = INCREMENTAL; -- so that prune can give space back
PRAGMA application_id = 0x65643261; -- "ed2a"
PRAGMA user_version = 2;

-- One file sent to one peer in one connection.
CREATE TABLE transfer (
	transfer_id INTEGER PRIMARY KEY, -- in the order they ended
	-- when the connection began: Unix time
	began_s   INTEGER NOT NULL,
	-- of the peer: IPv6, or IPv4 as ::ffff:a.b.c.d; all zero: not known.
	-- With --anonymize only the network: /24 of IPv4, /48 of IPv6
	address   BLOB NOT NULL CHECK (length(address) = 16),
	-- of the peer; NULL: a direct client, which has none; or --anonymize
	user_hash BLOB CHECK (length(user_hash) = 16),
	-- the name that the peer gave; empty: none, or --anonymize
	client    BLOB NOT NULL CHECK (length(client) <= 100),
	file      BLOB NOT NULL CHECK (length(file) = 16), -- "red" eD2k hash
	name      BLOB NOT NULL CHECK (length(name) <= 255), -- of the file
	bytes     INTEGER NOT NULL CHECK (bytes >= 0), -- of file data, sent
	ms        INTEGER NOT NULL CHECK (ms >= 0),    -- how long it took
	outcome   TEXT NOT NULL CHECK (length(outcome) < 16), -- why it ended
	-- what tells peers apart: a user hash stays when an address changes
	peer      BLOB GENERATED ALWAYS AS
		(coalesce(user_hash, address)) VIRTUAL
) STRICT;
CREATE INDEX transfer_began ON transfer (began_s);

-- The sums of the rows that were deleted, so that counters never go back.
-- Nothing here is about a peer. There is a row for each file that was ever
-- sent, and for each way to end.
CREATE TABLE pruned_file (
	file      BLOB PRIMARY KEY CHECK (length(file) = 16),
	name      BLOB NOT NULL CHECK (length(name) <= 255), -- the last one
	last_s    INTEGER NOT NULL, -- when the last of them began: Unix time
	transfers INTEGER NOT NULL CHECK (transfers >= 0),
	bytes     INTEGER NOT NULL CHECK (bytes >= 0),
	ms        INTEGER NOT NULL CHECK (ms >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE pruned_outcome (
	outcome   TEXT PRIMARY KEY CHECK (length(outcome) < 16),
	transfers INTEGER NOT NULL CHECK (transfers >= 0)
) STRICT, WITHOUT ROWID;

-- Version 1, of release 0.2.0, had the sums for each file and outcome, so that
-- they could grow to a dozen rows a file.

-- script: sql_activity_schema_1
PRAGMA application_id = 0x65643261;
PRAGMA user_version = 1;
CREATE TABLE transfer (
	transfer_id INTEGER PRIMARY KEY,
	began_s   INTEGER NOT NULL,
	address   BLOB NOT NULL CHECK (length(address) = 16),
	user_hash BLOB CHECK (length(user_hash) = 16),
	client    BLOB NOT NULL CHECK (length(client) <= 100),
	file      BLOB NOT NULL CHECK (length(file) = 16),
	name      BLOB NOT NULL CHECK (length(name) <= 255),
	bytes     INTEGER NOT NULL CHECK (bytes >= 0),
	ms        INTEGER NOT NULL CHECK (ms >= 0),
	outcome   TEXT NOT NULL CHECK (length(outcome) < 16),
	peer      BLOB GENERATED ALWAYS AS
		(coalesce(user_hash, address)) VIRTUAL
) STRICT;
CREATE INDEX transfer_began ON transfer (began_s);
CREATE TABLE pruned (
	file      BLOB NOT NULL CHECK (length(file) = 16),
	outcome   TEXT NOT NULL,
	name      BLOB NOT NULL,
	last_s    INTEGER NOT NULL,
	transfers INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,
	ms        INTEGER NOT NULL,
	PRIMARY KEY (file, outcome)
) STRICT, WITHOUT ROWID;

-- How a writer makes version 2 of it, in one transaction.

-- script: sql_activity_to_2
CREATE TABLE pruned_file (
	file      BLOB PRIMARY KEY CHECK (length(file) = 16),
	name      BLOB NOT NULL CHECK (length(name) <= 255),
	last_s    INTEGER NOT NULL,
	transfers INTEGER NOT NULL CHECK (transfers >= 0),
	bytes     INTEGER NOT NULL CHECK (bytes >= 0),
	ms        INTEGER NOT NULL CHECK (ms >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO pruned_file (file, name, last_s, transfers, bytes, ms)
SELECT file, name, max(last_s), clamped_sum(transfers), clamped_sum(bytes),
	clamped_sum(ms)
FROM pruned GROUP BY file;
CREATE TABLE pruned_outcome (
	outcome   TEXT PRIMARY KEY CHECK (length(outcome) < 16),
	transfers INTEGER NOT NULL CHECK (transfers >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO pruned_outcome (outcome, transfers)
SELECT outcome, clamped_sum(transfers) FROM pruned GROUP BY outcome;
DROP TABLE pruned;
PRAGMA user_version = 2;

-- How a reader sees version 1 as if it were version 2.

-- script: sql_activity_1_as_2
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW pruned_file AS
	SELECT file, name, max(last_s) AS last_s,
		clamped_sum(transfers) AS transfers,
		clamped_sum(bytes) AS bytes, clamped_sum(ms) AS ms
	FROM main.pruned GROUP BY file;
CREATE TEMP VIEW pruned_outcome AS
	SELECT outcome, clamped_sum(transfers) AS transfers
	FROM main.pruned GROUP BY outcome;

-- name: ACTIVITY_PUT
-- Add a transfer.
-- (began_s, address, user_hash, client, file, name, bytes, ms, outcome)
INSERT INTO transfer (began_s, address, user_hash, client, file, name, bytes,
	ms, outcome)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
