-- Short-lived API tokens, minted by the credentials of the tokens file. A token itself is nowhere: only its SHA-256.

CREATE TABLE minted_tokens (
  id uuid PRIMARY KEY,
  sha256 bytea NOT NULL UNIQUE,
  -- Name in the tokens file of who minted it. What the token may is never more than what that one still may.
  minter text NOT NULL,
  -- Names, or '*' alone for all that the minter reaches.
  orgs text[] NOT NULL,
  verbs text[] NOT NULL,
  managers text[] NOT NULL,
  minted_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX minted_tokens_age ON minted_tokens (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON minted_tokens TO lattice_controller;
