-- 0013_user.sql: people who sign in: their addresses, sessions, passwords, one-time codes, mail to them.
-- min_reader: 6

CREATE TABLE user (
	id {id},
	created_ms BIGINT NOT NULL,
	is_locked BIGINT NOT NULL,
	lang {text 15} NOT NULL,
	time_zone {text 63} NOT NULL,
	password {text 200} NOT NULL,
	totp {text 64} NOT NULL,
	totp_step BIGINT NOT NULL
) {table};

CREATE TABLE user_email (
	email {text 190} NOT NULL PRIMARY KEY,
	user_id BIGINT NOT NULL UNIQUE,
	confirmed_ms BIGINT NOT NULL,
	FOREIGN KEY (user_id) REFERENCES user (id)
) {table};

CREATE TABLE user_address (
	pool_id BIGINT NOT NULL,
	address {text 127} NOT NULL,
	user_id BIGINT NOT NULL,
	proved_ms BIGINT NOT NULL,
	PRIMARY KEY (pool_id, address),
	FOREIGN KEY (user_id) REFERENCES user (id)
) {clustered};
CREATE INDEX user_address_by_user ON user_address (user_id);

CREATE TABLE user_session (
	id {id},
	user_id BIGINT NOT NULL,
	token {text 64} NOT NULL UNIQUE,
	old_token {text 64} NOT NULL,
	how BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	rotated_ms BIGINT NOT NULL,
	seen_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	client {text 45} NOT NULL,
	agent {text 200} NOT NULL,
	FOREIGN KEY (user_id) REFERENCES user (id)
) {table};
CREATE INDEX user_session_by_user ON user_session (user_id);
CREATE INDEX user_session_by_old_token ON user_session (old_token);
CREATE INDEX user_session_by_end ON user_session (until_ms);

CREATE TABLE user_code (
	hash {text 64} NOT NULL PRIMARY KEY,
	kind BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	data {long} NOT NULL,
	created_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL
) {table};
CREATE INDEX user_code_by_end ON user_code (until_ms);
CREATE INDEX user_code_by_user ON user_code (user_id, kind);

CREATE TABLE user_event (
	id {id},
	user_id BIGINT NOT NULL,
	time_ms BIGINT NOT NULL,
	kind {text 63} NOT NULL,
	client {text 45} NOT NULL,
	note {text 250} NOT NULL
) {table};
CREATE INDEX user_event_by_user ON user_event (user_id, id);
