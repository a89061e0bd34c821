-- Requests to forget somebody are looked for twice a second: without reading everything else that waits.
CREATE INDEX operations_erasing ON operations (id) WHERE kind = 'candidate_erasure_requested' AND state = 'open';
