package lattice.policy.role_everything_test

import data.lattice.policy.role_everything

binding(subjects) := {
	"action": "create", "kind": "AgentRoleBinding", "org": "acme", "name": "b", "before": null, "unknown": [],
	"after": {"spec": {"role": "admin", "subjects": subjects}},
}

role(rules) := {
	"action": "update", "kind": "AgentRole", "org": "acme", "name": "admin", "before": {}, "unknown": [],
	"after": {"spec": {"rules": rules}},
}

everything := {"effect": "allow", "verbs": ["*"], "kinds": ["*"], "selector": ""}

agent := {"type": "agent", "name": "triage"}

bound(rules, subjects) := {
	"changes": [binding(subjects)],
	"refs": {"AgentRole": {"acme/admin": {"spec": {"rules": rules}}}},
}

test_refuses_to_give_everything_to_an_agent if {
	some finding in role_everything.deny_binding with input as bound([everything], [{"type": "user", "name": "eve"}, agent])
	finding.pointer == "/spec/subjects/1"
	finding.message == "role \"admin\" gives everything to agent \"triage\""
}

test_lets_a_person_have_everything if {
	count(role_everything.deny_binding) == 0 with input as bound([everything], [{"type": "user", "name": "eve"}])
}

test_lets_limited_rules_pass if {
	every rule in [
		object.union(everything, {"verbs": ["get", "list"]}),
		object.union(everything, {"kinds": ["Agent"]}),
		object.union(everything, {"selector": "team=a"}),
		object.union(everything, {"effect": "deny"}),
	] {
		count(role_everything.deny_binding) == 0 with input as bound([rule], [agent])
	}
}

test_follows_inherited_roles_even_in_a_circle if {
	count(role_everything.deny_binding) == 1 with input as {
		"changes": [binding([agent])],
		"refs": {"AgentRole": {
			"acme/admin": {"spec": {"inherits": ["base"], "rules": []}},
			"acme/base": {"spec": {"inherits": ["admin"], "rules": [everything]}},
		}},
	}
}

test_refuses_a_role_of_agents_that_comes_to_give_everything if {
	count(role_everything.deny_role) == 1 with input as {"changes": [role([everything]), binding([agent])], "refs": {}}
	count(role_everything.deny_role) == 1 with input as {
		"changes": [role([everything])],
		"refs": {"AgentRoleBinding": {"acme/b": {"metadata": {"org": "acme"}, "spec": {"role": "admin", "subjects": [agent]}}}},
	}
}

test_lets_a_role_without_agents_give_everything if {
	count(role_everything.deny_role) == 0 with input as {"changes": [role([everything])], "refs": {}}
}
