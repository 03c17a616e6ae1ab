-- The governance tables of roles, policies, waivers, guardrails and model providers: what the runtime and the review read.

CREATE TABLE lattice_agent_roles (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  inherits text[] NOT NULL, rules jsonb NOT NULL, generation bigint NOT NULL
);
CREATE VIEW desired_agent_roles AS
SELECT uid, org, name, ARRAY(SELECT jsonb_array_elements_text(spec -> 'inherits')) AS inherits, spec -> 'rules' AS rules, generation
FROM objects WHERE kind = 'AgentRole';

CREATE TABLE lattice_agent_role_bindings (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  role text NOT NULL, subjects jsonb NOT NULL, generation bigint NOT NULL
);
CREATE VIEW desired_agent_role_bindings AS
SELECT uid, org, name, spec ->> 'role' AS role, spec -> 'subjects' AS subjects, generation
FROM objects WHERE kind = 'AgentRoleBinding';

CREATE TABLE lattice_policies (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  target text NOT NULL, enforcement text NOT NULL, rego text NOT NULL, generation bigint NOT NULL
);
CREATE VIEW desired_policies AS
SELECT uid, org, name, spec ->> 'target' AS target, spec ->> 'enforcement' AS enforcement, spec ->> 'rego' AS rego, generation
FROM objects WHERE kind = 'Policy';

CREATE TABLE lattice_waivers (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  fingerprint text NOT NULL, approver text NOT NULL, reason text NOT NULL, expires_at text NOT NULL, generation bigint NOT NULL
);
CREATE VIEW desired_waivers AS
SELECT uid, org, name, spec ->> 'fingerprint' AS fingerprint, spec ->> 'approver' AS approver, spec ->> 'reason' AS reason,
  spec ->> 'expiresAt' AS expires_at, generation
FROM objects WHERE kind = 'Waiver';

CREATE TABLE lattice_guardrails (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  selector text NOT NULL, models jsonb NOT NULL, tools text[] NOT NULL, require_approval text[] NOT NULL,
  pii_input text NOT NULL, pii_output text NOT NULL, generation bigint NOT NULL
);
-- No word about personal data means blocked, both ways.
CREATE VIEW desired_guardrails AS
SELECT uid, org, name, spec ->> 'selector' AS selector, spec -> 'models' AS models,
  ARRAY(SELECT jsonb_array_elements_text(spec -> 'tools')) AS tools,
  ARRAY(SELECT jsonb_array_elements_text(spec -> 'requireApproval')) AS require_approval,
  coalesce(spec #>> '{pii,input}', 'block') AS pii_input, coalesce(spec #>> '{pii,output}', 'block') AS pii_output, generation
FROM objects WHERE kind = 'Guardrail';

CREATE TABLE lattice_model_providers (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL,
  type text NOT NULL, base_url text, api_key jsonb, generation bigint NOT NULL
);
-- api_key is where the key is, never the key.
CREATE VIEW desired_model_providers AS
SELECT uid, org, name, spec ->> 'type' AS type, spec ->> 'baseUrl' AS base_url, spec -> 'apiKey' AS api_key, generation
FROM objects WHERE kind = 'ModelProvider';

GRANT SELECT, INSERT, UPDATE, DELETE ON lattice_agent_roles, lattice_agent_role_bindings, lattice_policies, lattice_waivers,
  lattice_guardrails, lattice_model_providers TO lattice_controller;
GRANT SELECT ON lattice_agent_roles, lattice_agent_role_bindings, lattice_policies, lattice_waivers, lattice_guardrails,
  lattice_model_providers TO lattice_runtime;
GRANT SELECT ON desired_agent_roles, desired_agent_role_bindings, desired_policies, desired_waivers, desired_guardrails,
  desired_model_providers TO lattice_controller;
