-- 0011_txn_accrual.sql: which accrual a ledger transaction has booked: statements show fees and donations of it.
-- min_reader: 6

ALTER TABLE txn ADD COLUMN accrual_id BIGINT NOT NULL DEFAULT 0;
