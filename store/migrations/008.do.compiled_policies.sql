-- Policies compiled to wasm, by the digest of source, engine and compiler, so that every controller compiles each only once
-- in all. Rows are never changed: another source has another digest.

CREATE TABLE compiled_policies (
  digest text PRIMARY KEY,
  policy jsonb NOT NULL,
  wasm bytea NOT NULL,
  compiled_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON compiled_policies TO lattice_controller;
