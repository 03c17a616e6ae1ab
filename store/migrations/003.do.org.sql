-- lattice_orgs: the tenants, read by workers to know their Temporal namespaces.

CREATE TABLE lattice_orgs (
  uid uuid PRIMARY KEY,
  name text NOT NULL,
  display_name text NOT NULL,
  namespace text NOT NULL,
  generation bigint NOT NULL
);

-- What the table should hold. Reconcile copies rows from here; the sweep is the difference of the two.
CREATE VIEW desired_orgs AS
SELECT uid, name, coalesce(spec ->> 'displayName', name) AS display_name, 'lattice-org-' || name AS namespace, generation
FROM objects
WHERE kind = 'Org';

CREATE FUNCTION notify_orgs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('lattice_orgs', '');
  RETURN NULL;
END $$;
CREATE TRIGGER lattice_orgs_changed AFTER INSERT OR UPDATE OR DELETE ON lattice_orgs
  FOR EACH STATEMENT EXECUTE FUNCTION notify_orgs();

GRANT SELECT, INSERT, UPDATE, DELETE ON lattice_orgs TO lattice_controller;
GRANT SELECT ON lattice_orgs TO lattice_runtime;
GRANT SELECT ON desired_orgs TO lattice_controller;
