-- The audit ledger. Nobody writes these tables: events come in through audit_append(), links are made by audit_seal(), and
-- rows never change. The diffs of events stand beside them and may be erased; the chain holds only their salted hash.

CREATE TABLE audit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  chain text NOT NULL,
  bytes bytea NOT NULL,
  content_hash bytea NOT NULL
);

CREATE TABLE audit_link (
  chain text NOT NULL,
  seq bigint NOT NULL,
  event_id bigint NOT NULL UNIQUE REFERENCES audit_event,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (chain, seq),
  UNIQUE (chain, prev_hash)
);

CREATE TABLE audit_diff (
  event_id bigint PRIMARY KEY REFERENCES audit_event,
  salt bytea NOT NULL,
  diff bytea NOT NULL
);

-- Events without a link yet: the sealer's inbox.
CREATE TABLE audit_pending (
  event_id bigint PRIMARY KEY REFERENCES audit_event,
  appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
  -- Every row lives for a moment, so what is dead is cleared by count, not by share.
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit ledger is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_rows BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_all BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_link_rows BEFORE UPDATE OR DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_link_all BEFORE TRUNCATE ON audit_link EXECUTE FUNCTION audit_refuse();
-- Otherwise a session in replica mode would pass.
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_rows;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_all;
ALTER TABLE audit_link ENABLE ALWAYS TRIGGER audit_link_rows;
ALTER TABLE audit_link ENABLE ALWAYS TRIGGER audit_link_all;

-- Appends one event in the caller's transaction. What kind of actor a role may name is decided here, not by the caller.
CREATE FUNCTION audit_append(p_chain text, p_bytes bytea, p_salt bytea, p_diff bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  actor text := convert_from(p_bytes, 'UTF8')::jsonb #>> '{actor,type}';
  role text := CASE actor
    WHEN 'token' THEN 'lattice_controller' WHEN 'controller' THEN 'lattice_controller' WHEN 'runtime' THEN 'lattice_runtime' END;
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

-- Where a chain begins. An org's chain is bound to the org's uid and name, so that no other history can stand in for it.
CREATE FUNCTION audit_genesis(p_chain text, p_bytes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to('lattice/chain/v1:' || p_chain || ':' ||
    CASE p_chain WHEN 'system' THEN 'system' ELSE convert_from(p_bytes, 'UTF8')::jsonb ->> 'org' END, 'UTF8'))
$$;

-- Links up to p_most pending events, in one transaction. Only the holder of the lease `sealer` with this fence may.
CREATE FUNCTION audit_seal(p_fence bigint, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
-- Plans are kept for the life of a session: one made while the tables were nearly empty would scan them whole for ever.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  event record;
  head_seq bigint;
  head_hash bytea;
  linked integer := 0;
BEGIN
  -- The lock makes a sealer that is being replaced finish or fail before the next one reads a head.
  PERFORM FROM leases WHERE name = 'sealer' AND fence = p_fence AND lease_until > clock_timestamp() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the lease "sealer" with fence % is lost', p_fence USING ERRCODE = 'LT001';
  END IF;
  FOR event IN
    SELECT e.id, e.chain, e.bytes
    FROM (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT p_most) p JOIN audit_event e ON e.id = p.event_id
    ORDER BY e.id
  LOOP
    SELECT seq, hash INTO head_seq, head_hash FROM audit_link WHERE chain = event.chain ORDER BY seq DESC LIMIT 1;
    IF NOT FOUND THEN
      head_seq := 0;
      head_hash := audit_genesis(event.chain, event.bytes);
    END IF;
    INSERT INTO audit_link (chain, seq, event_id, prev_hash, hash)
      VALUES (event.chain, head_seq + 1, event.id, head_hash, sha256(event.bytes || head_hash));
    DELETE FROM audit_pending WHERE event_id = event.id;
    linked := linked + 1;
  END LOOP;
  IF linked > 0 THEN
    PERFORM pg_notify('audit_linked', '');
  END IF;
  RETURN linked;
END $$;

REVOKE ALL ON FUNCTION audit_append(text, bytea, bytea, bytea), audit_seal(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text, bytea, bytea, bytea) TO lattice_controller, lattice_runtime;
GRANT EXECUTE ON FUNCTION audit_seal(bigint, integer) TO lattice_controller;
GRANT SELECT ON audit_event, audit_link, audit_diff, audit_pending TO lattice_controller, lattice_runtime;
