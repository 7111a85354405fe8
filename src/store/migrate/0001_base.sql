-- 0001_base.sql: pools, nodes, work, blocks, money. docs/database.md explains each table.
-- Words in braces differ between engines and are replaced by those of the engine (src/store/sqlite.c, mariadb.c).
-- min_reader: 1

CREATE TABLE pool (
	id {id},
	name {text 32} NOT NULL UNIQUE,
	coin {text 63} NOT NULL,
	network {text 63} NOT NULL,
	work_bits BIGINT NOT NULL
) {table};

CREATE TABLE node (
	id BIGINT NOT NULL PRIMARY KEY,
	uuid {text 36} NOT NULL UNIQUE,
	name {text 63} NOT NULL,
	epoch BIGINT NOT NULL,
	state BIGINT NOT NULL,
	seen_ms BIGINT NOT NULL,
	started_ms BIGINT NOT NULL,
	status_json {long} NOT NULL
) {table};

CREATE TABLE journal_cursor (
	node_id BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	PRIMARY KEY (node_id, epoch)
) {clustered};

CREATE TABLE node_pool (
	node_id BIGINT NOT NULL,
	pool_id BIGINT NOT NULL,
	flushed_through BIGINT NOT NULL,
	PRIMARY KEY (node_id, pool_id)
) {clustered};

CREATE TABLE account (
	id {id},
	pool_id BIGINT NOT NULL,
	address {text 127} NOT NULL,
	created_ms BIGINT NOT NULL,
	UNIQUE (pool_id, address),
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};

CREATE TABLE worker (
	id {id},
	account_id BIGINT NOT NULL,
	name {text 32} NOT NULL,
	created_ms BIGINT NOT NULL,
	UNIQUE (account_id, name),
	FOREIGN KEY (account_id) REFERENCES account (id)
) {table};

CREATE TABLE batch (
	pool_id BIGINT NOT NULL,
	height BIGINT NOT NULL,
	minute BIGINT NOT NULL,
	node_id BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	from_seq BIGINT NOT NULL,
	through_seq BIGINT NOT NULL,
	work BIGINT NOT NULL,
	shares BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	data {blob} NOT NULL,
	PRIMARY KEY (pool_id, height, minute, node_id, epoch, from_seq)
) {table} {by_time minute};
CREATE INDEX batch_by_height ON batch (pool_id, height, work);
CREATE INDEX batch_by_minute ON batch (pool_id, minute, work, shares, last_ms);

CREATE TABLE slot (
	pool_id BIGINT NOT NULL,
	period BIGINT NOT NULL,
	worker_id BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	work BIGINT NOT NULL,
	shares BIGINT NOT NULL,
	first_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	PRIMARY KEY (pool_id, period, worker_id)
) {clustered} {by_time period};
CREATE INDEX slot_by_account ON slot (account_id, period);

CREATE TABLE reject (
	pool_id BIGINT NOT NULL,
	period BIGINT NOT NULL,
	worker_id BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	count BIGINT NOT NULL,
	PRIMARY KEY (pool_id, period, worker_id, kind)
) {clustered} {by_time period};

CREATE TABLE block (
	id {id},
	pool_id BIGINT NOT NULL,
	height BIGINT NOT NULL,
	hash {text 64} NOT NULL,
	prev_hash {text 64} NOT NULL,
	reward BIGINT NOT NULL,
	found_ms BIGINT NOT NULL,
	finder_address {text 127} NOT NULL,
	finder_worker {text 32} NOT NULL,
	node_id BIGINT NOT NULL,
	network_work BIGINT NOT NULL,
	submit_result {text 63} NOT NULL,
	state BIGINT NOT NULL,
	confirmations BIGINT NOT NULL,
	round_from BIGINT NOT NULL,
	round_work BIGINT NOT NULL,
	closed_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	UNIQUE (pool_id, hash),
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};
CREATE INDEX block_by_height ON block (pool_id, height);
CREATE INDEX block_by_state ON block (pool_id, state, height);

CREATE TABLE credit (
	block_id BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	work BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (block_id, account_id),
	FOREIGN KEY (block_id) REFERENCES block (id),
	FOREIGN KEY (account_id) REFERENCES account (id)
) {clustered};
CREATE INDEX credit_by_account ON credit (account_id, block_id);

CREATE TABLE payout (
	id {id},
	pool_id BIGINT NOT NULL,
	state BIGINT NOT NULL,
	txid {text 64} NOT NULL,
	raw_tx {long} NOT NULL,
	total BIGINT NOT NULL,
	network_fee BIGINT NOT NULL,
	items BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	confirmations BIGINT NOT NULL,
	block_hash {text 64} NOT NULL,
	UNIQUE (pool_id, txid),
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};
CREATE INDEX payout_by_state ON payout (pool_id, state);

CREATE TABLE payout_item (
	payout_id BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	address {text 127} NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (payout_id, account_id),
	FOREIGN KEY (payout_id) REFERENCES payout (id),
	FOREIGN KEY (account_id) REFERENCES account (id)
) {clustered};
CREATE INDEX payout_item_by_account ON payout_item (account_id, payout_id);

CREATE TABLE txn (
	id {id},
	pool_id BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	block_id BIGINT NOT NULL,
	payout_id BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	FOREIGN KEY (pool_id) REFERENCES pool (id)
) {table};
CREATE INDEX txn_by_block ON txn (block_id);

CREATE TABLE entry (
	id {id},
	txn_id BIGINT NOT NULL,
	pool_id BIGINT NOT NULL,
	book BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	FOREIGN KEY (txn_id) REFERENCES txn (id)
) {table};
CREATE INDEX entry_by_book ON entry (pool_id, book, account_id, amount);
CREATE INDEX entry_by_txn ON entry (txn_id);

CREATE TABLE lease (
	name {text 63} NOT NULL PRIMARY KEY,
	owner {text 127} NOT NULL,
	until_ms BIGINT NOT NULL
) {table};

CREATE TABLE sample (
	pool_id BIGINT NOT NULL,
	kind {text 32} NOT NULL,
	minute BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (pool_id, kind, minute)
) {clustered};

CREATE TABLE event (
	id {id},
	pool_id BIGINT NOT NULL,
	time_ms BIGINT NOT NULL,
	kind {text 63} NOT NULL,
	text_json {long} NOT NULL
) {table};
CREATE INDEX event_by_pool ON event (pool_id, id);
