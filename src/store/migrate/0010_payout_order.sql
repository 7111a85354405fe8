-- 0010_payout_order.sql: what an order to the ledger is about: 1 replace a payout's transaction, 2 pay it again.
-- min_reader: 6

ALTER TABLE payout_order ADD COLUMN kind BIGINT NOT NULL DEFAULT 1;
