// A witness beside the tables: triggers of the superuser that note who takes the lease of an object, in whose name each event
// of a pass is written, and when events are linked. The ledger tells none of these; the witness does, and no process of
// Lattice can fool it.

import type { World } from '../world.ts';

/** Application names tell processes apart; the functions run as their owner, for the programs may not see the notes. */
const WITNESS = `
CREATE TABLE witness_take (
  fence bigint PRIMARY KEY, uid uuid NOT NULL, taker text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz NOT NULL, held_until timestamptz, early boolean NOT NULL
);
CREATE TABLE witness_event (
  event_id bigint PRIMARY KEY, uid uuid NOT NULL, writer text NOT NULL, taker text, fence bigint
);
CREATE TABLE witness_link (event_id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION witness_take() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO witness_take (fence, uid, taker, until, held_until, early) VALUES (
    NEW.fence, NEW.object_uid, current_setting('application_name'), NEW.lease_until, OLD.lease_until,
    coalesce(OLD.lease_until >= clock_timestamp(), false));
  RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER UPDATE OF fence ON work FOR EACH ROW
  WHEN (NEW.fence IS DISTINCT FROM OLD.fence) EXECUTE FUNCTION witness_take();
CREATE FUNCTION witness_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  event jsonb := convert_from(NEW.bytes, 'UTF8')::jsonb;
BEGIN
  IF event ->> 'source' = 'reconcile' THEN
    INSERT INTO witness_event (event_id, uid, writer, taker, fence)
    SELECT NEW.id, (event ->> 'uid')::uuid, current_setting('application_name'), t.taker, w.fence
    FROM (SELECT) AS one
    LEFT JOIN work w ON w.object_uid = (event ->> 'uid')::uuid
    LEFT JOIN witness_take t ON t.fence = w.fence;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION witness_event();
CREATE FUNCTION witness_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO witness_link (event_id) VALUES (NEW.event_id);
  RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT ON audit_link FOR EACH ROW EXECUTE FUNCTION witness_link();
`;

export async function installWitness(world: World): Promise<void> {
  await world.sql(WITNESS);
}

/** Leases that were taken while they were held, and events that were written by another than the holder. */
export async function overlaps(world: World): Promise<string[]> {
  const taken = await world.sql('SELECT fence, uid, taker, held_until, at FROM witness_take WHERE early');
  const written = await world.sql(
    'SELECT event_id, uid, writer, taker, fence FROM witness_event WHERE writer IS DISTINCT FROM taker',
  );
  return [
    ...taken.map(({ uid, taker, fence }) => `${taker} took ${uid} (fence ${fence}) while it was held`),
    ...written.map(
      ({ event_id, uid, writer, taker, fence }) =>
        `event ${event_id}: ${writer} recorded a pass over ${uid}, which ${taker ?? 'nobody'} held (fence ${fence})`,
    ),
  ];
}

/** How many processes have taken leases. */
export async function takers(world: World): Promise<string[]> {
  const rows = await world.sql('SELECT DISTINCT taker FROM witness_take ORDER BY taker');
  return rows.map(({ taker }) => String(taker));
}
