-- 0007_news.sql: what the operator tells his miners, in one or more languages. Rejects are found by account, too.
-- min_reader: 6

CREATE TABLE news (
	id {id},
	pool_id BIGINT NOT NULL,
	time_ms BIGINT NOT NULL,
	is_banner BIGINT NOT NULL,
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};

CREATE TABLE news_text (
	news_id BIGINT NOT NULL,
	lang {text 8} NOT NULL,
	title {text 200} NOT NULL,
	body {long} NOT NULL,
	PRIMARY KEY (news_id, lang),
	FOREIGN KEY (news_id) REFERENCES news (id)
) {clustered};

CREATE INDEX reject_by_account ON reject (account_id, period);
