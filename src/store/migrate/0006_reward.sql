-- 0006_reward.sql: what the reward schemes keep: the parts of a credit, terms of accounts, coinbases that pay others,
-- work that is credited by itself.
-- min_reader: 6

ALTER TABLE block ADD COLUMN scheme BIGINT NOT NULL DEFAULT 0;
ALTER TABLE block ADD COLUMN reserve BIGINT NOT NULL DEFAULT 0;

ALTER TABLE credit ADD COLUMN bonus BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credit ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credit ADD COLUMN donation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credit ADD COLUMN direct BIGINT NOT NULL DEFAULT 0;

CREATE TABLE block_output (
	block_id BIGINT NOT NULL,
	address {text 127} NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (block_id, address),
	FOREIGN KEY (block_id) REFERENCES block (id)
) {clustered};

CREATE TABLE account_terms (
	account_id BIGINT NOT NULL PRIMARY KEY,
	no_fee BIGINT NOT NULL,
	donation_ppm BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	FOREIGN KEY (account_id) REFERENCES account (id)
) {table};

CREATE TABLE accrual (
	id {id},
	pool_id BIGINT NOT NULL,
	height_from BIGINT NOT NULL,
	height BIGINT NOT NULL,
	scheme BIGINT NOT NULL,
	base BIGINT NOT NULL,
	rate_ppm BIGINT NOT NULL,
	work BIGINT NOT NULL,
	value BIGINT NOT NULL,
	total BIGINT NOT NULL,
	fee BIGINT NOT NULL,
	released BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	UNIQUE (pool_id, height),
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};

CREATE TABLE accrual_credit (
	accrual_id BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	work BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	bonus BIGINT NOT NULL,
	fee BIGINT NOT NULL,
	donation BIGINT NOT NULL,
	PRIMARY KEY (accrual_id, account_id),
	FOREIGN KEY (accrual_id) REFERENCES accrual (id)
) {clustered};
CREATE INDEX accrual_credit_by_account ON accrual_credit (account_id, accrual_id);
