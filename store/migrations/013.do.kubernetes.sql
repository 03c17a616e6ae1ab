-- What a cluster's custom resources need of the store: finding their objects, and noticing when a status has changed.

-- The transaction that wrote the status last. Who remembers the oldest one that was still running when it looked misses no
-- change, in whatever order transactions end.
ALTER TABLE objects ADD COLUMN status_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION note_status_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_xid := pg_current_xact_id();
  RETURN NEW;
END $$;

CREATE TRIGGER objects_status_change BEFORE UPDATE ON objects FOR EACH ROW
  WHEN (NEW.owner_manager = 'kubernetes' AND NEW.status IS DISTINCT FROM OLD.status)
  EXECUTE FUNCTION note_status_change();

CREATE INDEX objects_kubernetes_status ON objects (owner_instance, status_xid) WHERE owner_manager = 'kubernetes';
CREATE INDEX objects_kubernetes_ref ON objects (owner_instance, owner_ref) WHERE owner_manager = 'kubernetes';
CREATE INDEX objects_org_namespaces ON objects USING gin ((spec -> 'namespaces') jsonb_path_ops) WHERE kind = 'Org';

-- Who asked for what, as the admission webhook was told: the watch that brings the change does not say it.
CREATE TABLE kubernetes_requests (
  cluster text NOT NULL,
  uid uuid NOT NULL,
  -- SHA-256 of what was declared, or 'delete'.
  declared text NOT NULL,
  username text NOT NULL,
  -- Whether the API server that said so had shown who it is itself.
  authenticated boolean NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (cluster, uid, declared)
);
CREATE INDEX kubernetes_requests_age ON kubernetes_requests (requested_at);

-- The certificates with which the webhooks of the running controllers serve. Their keys never leave their processes.
CREATE TABLE webhook_certificates (
  holder text PRIMARY KEY,
  pem text NOT NULL,
  expires_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON kubernetes_requests, webhook_certificates TO lattice_controller;

-- As before, and users of Kubernetes are actors too.
CREATE OR REPLACE FUNCTION audit_append(p_chain text, p_bytes bytea, p_salt bytea, p_diff bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  actor text := convert_from(p_bytes, 'UTF8')::jsonb #>> '{actor,type}';
  role text := CASE actor
    WHEN 'token' THEN 'lattice_controller' WHEN 'kubernetes' THEN 'lattice_controller'
    WHEN 'controller' THEN 'lattice_controller' WHEN 'runtime' THEN 'lattice_runtime' END;
  new_id bigint;
BEGIN
  IF role IS NULL OR NOT pg_has_role(session_user, role, 'member') THEN
    RAISE EXCEPTION 'role % may not write audit events of actor type %', session_user, actor
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit_event (chain, bytes, content_hash) VALUES (p_chain, p_bytes, sha256(p_bytes)) RETURNING id INTO new_id;
  INSERT INTO audit_pending (event_id) VALUES (new_id);
  IF p_diff IS NOT NULL THEN
    INSERT INTO audit_diff (event_id, salt, diff) VALUES (new_id, p_salt, p_diff);
  END IF;
  RETURN new_id;
END $$;
