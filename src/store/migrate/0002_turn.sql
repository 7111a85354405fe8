-- 0002_turn.sql: one row. Whoever changes it has the turn until the end of his transaction (sql_turn() in src/store).
-- min_reader: 2

CREATE TABLE turn (
	id BIGINT NOT NULL PRIMARY KEY,
	taken BIGINT NOT NULL
) {clustered};

INSERT INTO turn (id, taken) VALUES (1, 0);
