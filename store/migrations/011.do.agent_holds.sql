-- Operational holds of agents: rows, and never a part of what is declared. One for each agent and mode. Those of an agent that is
-- gone go with it (removeObjects); there is no foreign key, as everywhere beside the objects.

CREATE TABLE agent_holds (
  object_uid uuid NOT NULL,
  mode text NOT NULL CHECK (mode IN ('pause', 'halt')),
  -- Who placed it or changed it last, as the ledger has it.
  actor text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- From here on it holds nothing, whether or not somebody has taken the row away yet. NULL: until it is lifted.
  expires_at timestamptz,
  PRIMARY KEY (object_uid, mode)
);
CREATE INDEX agent_holds_expiry ON agent_holds (expires_at) WHERE expires_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON agent_holds TO lattice_controller;
GRANT SELECT ON agent_holds TO lattice_runtime;
