-- Up to when the windows of the tenant's last connection were read: where those of its next one begin. A poll's own row
-- ends with its connection.
ALTER TABLE tenants ADD COLUMN followed_to timestamptz;
