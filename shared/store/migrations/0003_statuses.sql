-- Looking for status changes: one row per connection with tracked applications, taken by any replica.
CREATE TABLE polls (
    connection  uuid        PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    watermark   timestamptz NOT NULL,                      -- everything changed before it has been read
    polled_at   timestamptz NOT NULL DEFAULT '-infinity',  -- begin of the last poll that reached the present
    looked_at   timestamptz NOT NULL DEFAULT '-infinity',  -- last look for newly tracked applications
    not_before  timestamptz NOT NULL DEFAULT '-infinity',  -- rests until then: out of budget, or Greenhouse is away
    failures    int         NOT NULL DEFAULT 0,            -- polls that failed since the last one that did not
    lease       uuid,                                      -- the fence: a new one for every claim
    lease_until timestamptz NOT NULL DEFAULT '-infinity'
);

-- Tracked applications that were never seen.
CREATE INDEX applications_unseen ON applications (tenant, id) WHERE snapshot IS NULL;
