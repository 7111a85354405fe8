-- 0004_round_proof.sql: what was published of each closed round. The leaves are the rows of credit.
-- min_reader: 4

CREATE TABLE round_proof (
	block_id BIGINT NOT NULL PRIMARY KEY,
	closed_ms BIGINT NOT NULL,
	id {text 64} NOT NULL,
	text {long} NOT NULL,
	FOREIGN KEY (block_id) REFERENCES block (id)
) {clustered};
