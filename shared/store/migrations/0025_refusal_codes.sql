-- A refusal keeps the word of the catalogue, so that it can be explained: what was only called malformed was nearly always
-- the envelope.
UPDATE refusals SET reason = 'malformed_envelope' WHERE reason = 'malformed';
