package lattice.policy.mesh_routes_test

import data.lattice.policy.mesh_routes

peer(routes) := {"changes": [{
	"action": "create", "kind": "MeshPeer", "org": "acme", "name": "edge", "before": null, "unknown": [],
	"after": {"spec": {"network": "main", "routes": routes}},
}]}

test_refuses_each_route_to_everything if {
	found := mesh_routes.deny with input as peer(["10.0.0.0/8", "0.0.0.0/0", "::/0", "10.1.2.3/0"])
	{finding.pointer | some finding in found} == {"/spec/routes/1", "/spec/routes/2", "/spec/routes/3"}
}

test_refuses_routes_that_add_up_to_everything if {
	some finding in mesh_routes.deny with input as peer(["0.0.0.0/1", "128.0.0.0/1"])
	finding == {
		"message": "the routes add up to 0.0.0.0/0",
		"object": peer(["0.0.0.0/1", "128.0.0.0/1"]).changes[0],
		"pointer": "/spec/routes",
	}
	count(mesh_routes.deny) == 1 with input as peer(["::/1", "8000::/2", "c000::/2"])
}

test_lets_other_routes_pass if {
	count(mesh_routes.deny) == 0 with input as peer(["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32"])
	count(mesh_routes.deny) == 0 with input as peer([])
}
