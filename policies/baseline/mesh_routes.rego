# METADATA
# title: No peer routes everything
# description: >-
#   A peer that routes 0.0.0.0/0 or ::/0 takes the traffic of its whole network, also where several of its routes add
#   up to that.
# custom:
#   level: hard-mandatory
#   remediation: Route the ranges that are really behind the peer.
package lattice.policy.mesh_routes

deny contains finding if {
	some change in input.changes
	change.kind == "MeshPeer"
	change.action != "delete"
	some index, route in change.after.spec.routes
	is_everything(route)
	finding := {
		"message": sprintf("route %s is everything", [route]),
		"object": change,
		"pointer": sprintf("/spec/routes/%d", [index]),
	}
}

deny contains finding if {
	some change in input.changes
	change.kind == "MeshPeer"
	change.action != "delete"
	routes := change.after.spec.routes
	every route in routes {
		not is_everything(route)
	}
	some merged in net.cidr_merge(routes)
	is_everything(merged)
	finding := {
		"message": sprintf("the routes add up to %s", [merged]),
		"object": change,
		"pointer": "/spec/routes",
	}
}

is_everything(route) if {
	net.cidr_is_valid(route)
	regex.match(`/0+$`, route)
}
