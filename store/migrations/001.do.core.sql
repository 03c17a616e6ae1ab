-- Objects, their references, the work queue and the leases.

CREATE SEQUENCE resource_versions;
-- Fencing tokens grow over all objects and leases, so that an old holder is always lower than a new one.
CREATE SEQUENCE fences;

CREATE TABLE objects (
  uid uuid PRIMARY KEY,
  kind text NOT NULL,
  org text NOT NULL,
  name text NOT NULL,
  owner_manager text NOT NULL,
  owner_instance text NOT NULL,
  owner_ref text NOT NULL,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  spec jsonb NOT NULL,
  definition_version integer NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  -- Moves with what is declared, not with status: the controller's own bookkeeping must not make a reader's copy stale.
  resource_version bigint NOT NULL DEFAULT nextval('resource_versions'),
  status jsonb NOT NULL,
  idempotency_key text,
  created_at timestamptz NOT NULL DEFAULT now(),
  deletion_timestamp timestamptz,
  UNIQUE (kind, org, name)
);
CREATE INDEX objects_org ON objects (org);

-- What each object refers to, kept with its spec; read backwards to find dependents and whom to wake.
CREATE TABLE object_references (
  uid uuid NOT NULL REFERENCES objects ON DELETE CASCADE,
  pointer text NOT NULL,
  target_kind text NOT NULL,
  target_org text NOT NULL,
  target_name text NOT NULL,
  PRIMARY KEY (uid, pointer)
);
CREATE INDEX object_references_target ON object_references (target_kind, target_org, target_name);

CREATE TABLE work (
  object_uid uuid PRIMARY KEY,
  due_at timestamptz NOT NULL,
  -- Lower goes first: 0 a user's change, 10 a sweep's find.
  priority smallint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- Counts requests, so that one that arrives during a pass is not lost when the pass ends.
  requests bigint NOT NULL DEFAULT 1,
  lease_owner text,
  lease_until timestamptz,
  fence bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX work_due ON work (priority, due_at);

CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  lease_until timestamptz NOT NULL,
  fence bigint NOT NULL
);

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lattice_controller') THEN CREATE ROLE lattice_controller NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lattice_runtime') THEN CREATE ROLE lattice_runtime NOLOGIN; END IF;
END $$;

GRANT USAGE ON SEQUENCE resource_versions, fences TO lattice_controller;
GRANT SELECT, INSERT, UPDATE, DELETE ON objects, object_references, work, leases TO lattice_controller;
