-- 0003_payout.sql: payouts that are planned, approved and replaced; orders of the operator; settings of accounts;
-- what the wallet's transactions are.
-- min_reader: 3

ALTER TABLE payout ADD COLUMN kind BIGINT NOT NULL DEFAULT 1;
ALTER TABLE payout ADD COLUMN miner_fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN address {text 127} NOT NULL DEFAULT '';
ALTER TABLE payout ADD COLUMN note {text 250} NOT NULL DEFAULT '';
ALTER TABLE payout_item ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;

CREATE TABLE payout_tx (
	payout_id BIGINT NOT NULL,
	txid {text 64} NOT NULL,
	raw_tx {long} NOT NULL,
	network_fee BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	PRIMARY KEY (payout_id, txid),
	FOREIGN KEY (payout_id) REFERENCES payout (id)
) {clustered};

CREATE TABLE payout_order (
	id {id},
	pool_id BIGINT NOT NULL,
	payout_id BIGINT NOT NULL,
	who {text 63} NOT NULL,
	reason {text 250} NOT NULL,
	created_ms BIGINT NOT NULL,
	done_ms BIGINT NOT NULL,
	result {text 250} NOT NULL,
	FOREIGN KEY (payout_id) REFERENCES payout (id)
) {table};

CREATE TABLE payout_control (
	pool_id BIGINT NOT NULL PRIMARY KEY,
	is_paused BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	who {text 63} NOT NULL,
	reason {text 250} NOT NULL,
	run_ms BIGINT NOT NULL
) {table};

CREATE TABLE block_loss (
	block_id BIGINT NOT NULL PRIMARY KEY,
	who {text 63} NOT NULL,
	reason {text 250} NOT NULL,
	created_ms BIGINT NOT NULL,
	FOREIGN KEY (block_id) REFERENCES block (id)
) {table};

CREATE TABLE account_setting (
	account_id BIGINT NOT NULL PRIMARY KEY,
	threshold BIGINT NOT NULL DEFAULT 0,
	updated_ms BIGINT NOT NULL DEFAULT 0,
	FOREIGN KEY (account_id) REFERENCES account (id)
) {table};

CREATE TABLE wallet_tx (
	pool_id BIGINT NOT NULL,
	txid {text 64} NOT NULL,
	kind BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	is_counted BIGINT NOT NULL,
	seen_ms BIGINT NOT NULL,
	note {text 250} NOT NULL,
	PRIMARY KEY (pool_id, txid)
) {clustered};
CREATE INDEX wallet_tx_by_kind ON wallet_tx (pool_id, kind);

CREATE TABLE wallet_book (
	pool_id BIGINT NOT NULL PRIMARY KEY,
	time_ms BIGINT NOT NULL,
	cursor_hash {text 64} NOT NULL,
	held BIGINT NOT NULL,
	expected BIGINT NOT NULL,
	in_flight BIGINT NOT NULL,
	unexplained BIGINT NOT NULL,
	difference BIGINT NOT NULL
) {table};

CREATE INDEX entry_by_account ON entry (account_id, id);
CREATE INDEX txn_by_payout ON txn (payout_id);
