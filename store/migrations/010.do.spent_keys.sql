-- Idempotency keys of objects that are gone. A create that comes late, out of the socket of a process that slept, must not bring
-- back what was created with its key and deleted since.

CREATE TABLE spent_keys (
  kind text NOT NULL, org text NOT NULL, name text NOT NULL, key text NOT NULL,
  spent_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, org, name, key)
);
CREATE INDEX spent_keys_age ON spent_keys (spent_at);
GRANT SELECT, INSERT, DELETE ON spent_keys TO lattice_controller;
