-- Many at once: a pass shares its transaction with the passes beside it, and the sealer links a batch with one statement.

-- Only audit_append() and audit_seal() write these tables, and no event is ever deleted, so nothing can dangle; a check of
-- each key would lock the event's row, which costs as much again as writing it.
ALTER TABLE audit_pending DROP CONSTRAINT audit_pending_event_id_fkey;
ALTER TABLE audit_link DROP CONSTRAINT audit_link_event_id_fkey;
ALTER TABLE audit_diff DROP CONSTRAINT audit_diff_event_id_fkey;

-- The chain of an org's events; the system chain while there is no such org. Definer: who appends need not see the objects.
CREATE FUNCTION audit_chain(p_org text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT coalesce((SELECT uid::text FROM objects WHERE kind = 'Org' AND org = p_org AND name = p_org), 'system')
$$;
REVOKE ALL ON FUNCTION audit_chain(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_chain(text) TO lattice_controller, lattice_runtime;

CREATE OR REPLACE FUNCTION audit_seal(p_fence bigint, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
-- Plans are kept for the life of a session: one made while the tables were nearly empty would scan them whole for ever.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  event record;
  chains text[] := '{}';
  seqs bigint[] := '{}';
  ids bigint[] := '{}';
  prevs bytea[] := '{}';
  hashes bytea[] := '{}';
  head_chain text;
  head_seq bigint;
  head_hash bytea;
BEGIN
  -- The lock makes a sealer that is being replaced finish or fail before the next one reads a head.
  PERFORM FROM leases WHERE name = 'sealer' AND fence = p_fence AND lease_until > clock_timestamp() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the lease "sealer" with fence % is lost', p_fence USING ERRCODE = 'LT001';
  END IF;
  FOR event IN
    SELECT e.id, e.chain, e.bytes
    FROM (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT p_most) p JOIN audit_event e ON e.id = p.event_id
    ORDER BY e.chain, e.id
  LOOP
    IF event.chain IS DISTINCT FROM head_chain THEN
      head_chain := event.chain;
      SELECT seq, hash INTO head_seq, head_hash FROM audit_link WHERE chain = event.chain ORDER BY seq DESC LIMIT 1;
      IF NOT FOUND THEN
        head_seq := 0;
        head_hash := audit_genesis(event.chain, event.bytes);
      END IF;
    END IF;
    head_seq := head_seq + 1;
    chains := array_append(chains, event.chain);
    seqs := array_append(seqs, head_seq);
    ids := array_append(ids, event.id);
    prevs := array_append(prevs, head_hash);
    head_hash := sha256(event.bytes || head_hash);
    hashes := array_append(hashes, head_hash);
  END LOOP;
  IF head_chain IS NULL THEN
    RETURN 0;
  END IF;
  INSERT INTO audit_link (chain, seq, event_id, prev_hash, hash) SELECT * FROM unnest(chains, seqs, ids, prevs, hashes);
  DELETE FROM audit_pending WHERE event_id = ANY (ids);
  PERFORM pg_notify('audit_linked', '');
  RETURN cardinality(ids);
END $$;
