-- lattice_ai_budgets: the limits that the runtime reads when it books a call. NULL is "no limit of its own"; 0 is "nothing".

CREATE TABLE lattice_ai_budgets (
  uid uuid PRIMARY KEY,
  org text NOT NULL,
  name text NOT NULL,
  parent_uid uuid,
  limit_micro_usd bigint CHECK (limit_micro_usd >= 0),
  limit_tokens bigint CHECK (limit_tokens >= 0),
  budget_window text NOT NULL,
  time_zone text NOT NULL,
  soft_thresholds_micro_usd bigint[] NOT NULL,
  soft_thresholds_tokens bigint[] NOT NULL,
  shadow boolean NOT NULL,
  generation bigint NOT NULL
);

CREATE VIEW desired_ai_budgets AS
SELECT
  o.uid, o.org, o.name,
  parent.uid AS parent_uid,
  (o.spec ->> 'limitMicroUsd')::bigint AS limit_micro_usd,
  (o.spec ->> 'limitTokens')::bigint AS limit_tokens,
  o.spec ->> 'window' AS budget_window,
  o.spec ->> 'timeZone' AS time_zone,
  ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(o.spec -> 'softThresholdsMicroUsd')) AS soft_thresholds_micro_usd,
  ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(o.spec -> 'softThresholdsTokens')) AS soft_thresholds_tokens,
  (o.spec ->> 'shadow')::boolean AS shadow,
  o.generation
FROM objects o
LEFT JOIN objects parent ON parent.kind = 'Budget' AND parent.org = o.org AND parent.name = o.spec ->> 'parent'
WHERE o.kind = 'Budget';

GRANT SELECT, INSERT, UPDATE, DELETE ON lattice_ai_budgets TO lattice_controller;
GRANT SELECT ON lattice_ai_budgets TO lattice_runtime;
GRANT SELECT ON desired_ai_budgets TO lattice_controller;
