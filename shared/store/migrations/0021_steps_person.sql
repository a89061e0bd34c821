-- To whom a step was written: a later try goes on with the same person, whoever looks like them by then.
ALTER TABLE steps ADD COLUMN person bigint;
