-- activity.db of release 0.2.0, to see that it is read and upgraded.
PRAGMA auto_vacuum = INCREMENTAL; -- so that prune can give space back
PRAGMA application_id = 0x65643261; -- "ed2a"
PRAGMA user_version = 1;
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
CREATE TABLE pruned (
	file      BLOB NOT NULL CHECK (length(file) = 16),
	outcome   TEXT NOT NULL,
	name      BLOB NOT NULL,    -- the last one
	last_s    INTEGER NOT NULL, -- when the last of them began: Unix time
	transfers INTEGER NOT NULL,
	bytes     INTEGER NOT NULL,
	ms        INTEGER NOT NULL,
	PRIMARY KEY (file, outcome)
) STRICT, WITHOUT ROWID;
