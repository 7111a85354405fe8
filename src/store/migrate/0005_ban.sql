-- 0005_ban.sql: addresses that may not connect to the stratum ports. A ban that is over stays for a day, for its count.
-- min_reader: 4

CREATE TABLE ban (
	net {text 49} NOT NULL PRIMARY KEY,
	since_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	times BIGINT NOT NULL,
	node_id BIGINT NOT NULL,
	reason {text 200} NOT NULL
) {table};
CREATE INDEX ban_by_end ON ban (until_ms);
