-- 0014_account.sql: what people set for themselves: where and from how much on they are paid, their workers, who else
-- may look; and mail that waits.
-- min_reader: 14

ALTER TABLE account_setting ADD COLUMN donation_ppm BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_setting ADD COLUMN is_anonymous BIGINT NOT NULL DEFAULT 0;
INSERT INTO account_setting (account_id, threshold, updated_ms)
 SELECT t.account_id, 0, t.updated_ms FROM account_terms t
 WHERE NOT EXISTS (SELECT 1 FROM account_setting s WHERE s.account_id = t.account_id);
UPDATE account_setting SET donation_ppm =
 COALESCE((SELECT t.donation_ppm FROM account_terms t WHERE t.account_id = account_setting.account_id), 0);

CREATE TABLE mail (
	id {id},
	recipient {text 190} NOT NULL,
	subject {text 200} NOT NULL,
	body {long} NOT NULL,
	created_ms BIGINT NOT NULL,
	due_ms BIGINT NOT NULL,
	tries BIGINT NOT NULL,
	error {text 250} NOT NULL
) {table};
CREATE INDEX mail_by_due ON mail (due_ms, id);

CREATE TABLE address_wish (
	id {id},
	account_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	address {text 127} NOT NULL,
	created_ms BIGINT NOT NULL,
	cancelled_ms BIGINT NOT NULL,
	FOREIGN KEY (account_id) REFERENCES account (id)
) {table};
CREATE INDEX address_wish_by_account ON address_wish (account_id, id);

CREATE TABLE address_hold (
	wish_id BIGINT NOT NULL PRIMARY KEY,
	seen_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	applied_ms BIGINT NOT NULL,
	cancel_hash {text 64} NOT NULL UNIQUE,
	FOREIGN KEY (wish_id) REFERENCES address_wish (id)
) {table};

CREATE TABLE payout_address (
	account_id BIGINT NOT NULL PRIMARY KEY,
	address {text 127} NOT NULL,
	since_ms BIGINT NOT NULL,
	FOREIGN KEY (account_id) REFERENCES account (id)
) {table};

CREATE TABLE user_key (
	id {id},
	user_id BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	hash {text 64} NOT NULL UNIQUE,
	name {text 63} NOT NULL,
	scopes BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	used_ms BIGINT NOT NULL,
	FOREIGN KEY (user_id) REFERENCES user (id)
) {table};
CREATE INDEX user_key_by_user ON user_key (user_id, kind);

CREATE TABLE user_passkey (
	id {id},
	user_id BIGINT NOT NULL,
	id_hash {text 64} NOT NULL UNIQUE,
	key_id {long} NOT NULL,
	key_x {text 64} NOT NULL,
	key_y {text 64} NOT NULL,
	counter BIGINT NOT NULL,
	name {text 63} NOT NULL,
	created_ms BIGINT NOT NULL,
	used_ms BIGINT NOT NULL,
	FOREIGN KEY (user_id) REFERENCES user (id)
) {table};
CREATE INDEX user_passkey_by_user ON user_passkey (user_id);

CREATE TABLE worker_setting (
	account_id BIGINT NOT NULL,
	name {text 32} NOT NULL,
	secret {text 99} NOT NULL,
	difficulty {text 31} NOT NULL,
	is_monitored BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	PRIMARY KEY (account_id, name),
	FOREIGN KEY (account_id) REFERENCES account (id)
) {clustered};
