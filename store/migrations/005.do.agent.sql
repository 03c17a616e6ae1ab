-- lattice_agents: what the runtime reads when an agent acts.

CREATE TABLE lattice_agents (
  uid uuid PRIMARY KEY,
  org text NOT NULL,
  name text NOT NULL,
  namespace text NOT NULL,
  workflow_id text NOT NULL,
  model_provider text NOT NULL,
  model_name text NOT NULL,
  instructions text,
  tools text[] NOT NULL,
  budget_uid uuid,
  mesh_peer_uid uuid,
  desired_state text NOT NULL,
  max_turns bigint,
  max_tokens_per_turn bigint,
  max_wall_seconds bigint,
  generation bigint NOT NULL
);

CREATE VIEW desired_agents AS
SELECT
  o.uid, o.org, o.name,
  'lattice-org-' || o.org AS namespace,
  'agent/' || o.uid AS workflow_id,
  o.spec #>> '{model,provider}' AS model_provider,
  o.spec #>> '{model,name}' AS model_name,
  o.spec ->> 'instructions' AS instructions,
  ARRAY(SELECT jsonb_array_elements_text(o.spec -> 'tools')) AS tools,
  budget.uid AS budget_uid,
  peer.uid AS mesh_peer_uid,
  o.spec ->> 'desiredState' AS desired_state,
  (o.spec #>> '{limits,maxTurns}')::bigint AS max_turns,
  (o.spec #>> '{limits,maxTokensPerTurn}')::bigint AS max_tokens_per_turn,
  (o.spec #>> '{limits,maxWallSeconds}')::bigint AS max_wall_seconds,
  o.generation
FROM objects o
LEFT JOIN objects budget ON budget.kind = 'Budget' AND budget.org = o.org AND budget.name = o.spec ->> 'budget'
LEFT JOIN objects peer ON peer.kind = 'MeshPeer' AND peer.org = o.org AND peer.name = o.spec ->> 'meshPeer'
WHERE o.kind = 'Agent';

GRANT SELECT, INSERT, UPDATE, DELETE ON lattice_agents TO lattice_controller;
GRANT SELECT ON lattice_agents TO lattice_runtime;
GRANT SELECT ON desired_agents TO lattice_controller;
