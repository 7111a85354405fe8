-- 0009_round_rules.sql: the rules by which each round was closed, so that it can be recounted when they have changed.
-- min_reader: 6

CREATE TABLE round_rules (
	block_id BIGINT NOT NULL PRIMARY KEY,
	closed_ms BIGINT NOT NULL,
	text {long} NOT NULL,
	FOREIGN KEY (block_id) REFERENCES block (id)
) {clustered};
