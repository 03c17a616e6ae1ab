-- The mesh: networks, peers, and the addresses that peers have been given.

CREATE TABLE lattice_mesh_networks (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL, cidr text NOT NULL, generation bigint NOT NULL
);
CREATE VIEW desired_mesh_networks AS
SELECT uid, org, name, spec ->> 'cidr' AS cidr, generation FROM objects WHERE kind = 'MeshNetwork';

-- One row for each address that has ever been given and is not free yet. A released address rests before it is given again,
-- so that what others remember of its last holder does not reach the next.
CREATE TABLE mesh_addresses (
  network_uid uuid NOT NULL,
  address inet NOT NULL,
  peer_uid uuid UNIQUE,
  released_at timestamptz,
  PRIMARY KEY (network_uid, address),
  CHECK ((peer_uid IS NULL) <> (released_at IS NULL))
);

CREATE TABLE lattice_mesh_peers (
  uid uuid PRIMARY KEY, org text NOT NULL, name text NOT NULL, network_uid uuid, address text,
  public_key text, endpoint text, routes text[] NOT NULL, keepalive_seconds bigint, generation bigint NOT NULL
);
CREATE VIEW desired_mesh_peers AS
SELECT o.uid, o.org, o.name, network.uid AS network_uid, host(given.address) AS address,
  o.spec ->> 'publicKey' AS public_key, o.spec ->> 'endpoint' AS endpoint,
  ARRAY(SELECT jsonb_array_elements_text(o.spec -> 'routes')) AS routes,
  (o.spec ->> 'keepaliveSeconds')::bigint AS keepalive_seconds, o.generation
FROM objects o
LEFT JOIN objects network ON network.kind = 'MeshNetwork' AND network.org = o.org AND network.name = o.spec ->> 'network'
LEFT JOIN mesh_addresses given ON given.peer_uid = o.uid
WHERE o.kind = 'MeshPeer';

GRANT SELECT, INSERT, UPDATE, DELETE ON lattice_mesh_networks, lattice_mesh_peers, mesh_addresses TO lattice_controller;
GRANT SELECT ON lattice_mesh_networks, lattice_mesh_peers TO lattice_runtime;
GRANT SELECT ON desired_mesh_networks, desired_mesh_peers TO lattice_controller;
