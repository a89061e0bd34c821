-- Greenhouse counts per client: connections of one client, whose tenants share a credential, share its limit. Each keeps a row,
-- so that whoever asks for a connection's budget goes on as before; the rows of a client are changed together and are equal.
-- A row of before has no client until its credential is written again, and is counted alone; so is one that a replica of
-- before has written.
ALTER TABLE budgets
    ADD COLUMN client uuid,                                  -- hash of API version and client id or API key; null: alone
    ADD COLUMN joined bigint GENERATED ALWAYS AS IDENTITY;   -- the order in which rows are locked: who joins comes last
CREATE INDEX budgets_by_client ON budgets (coalesce(client, connection));
