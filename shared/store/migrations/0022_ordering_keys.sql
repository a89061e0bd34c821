-- Whom a publisher orders by need not be whom an event is about: such a key makes an operation wait, and says nothing about
-- who the person is.
ALTER TABLE operation_keys ADD COLUMN orders_only boolean NOT NULL DEFAULT false;
