-- 0008_secret.sql: keys that the processes of one deployment share, drawn by the first that needs one.
-- min_reader: 6

CREATE TABLE secret (
	name {text 32} NOT NULL PRIMARY KEY,
	value {text 64} NOT NULL
) {table};
