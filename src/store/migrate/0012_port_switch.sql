-- 0012_port_switch.sql: for which pool the miners of a port work that may work for several.
-- min_reader: 6

CREATE TABLE port_switch (
	port {text 66} NOT NULL PRIMARY KEY,
	pool_id BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	by_hand BIGINT NOT NULL,
	reason {text 200} NOT NULL
) {table};
