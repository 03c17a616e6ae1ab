package lattice.policy.budget_parent_test

import data.lattice.policy.budget_parent

child(spec) := {
	"action": "create", "kind": "Budget", "org": "acme", "name": "support", "before": null, "unknown": [],
	"after": {"spec": object.union({"parent": "team"}, spec)},
}

refs := {"Budget": {
	"acme/team": {"spec": {"parent": "root", "limitMicroUsd": 500}},
	"acme/root": {"spec": {"limitMicroUsd": 1000, "limitTokens": 70}},
}}

plan(spec) := {"changes": [child(spec)], "refs": refs, "totals": {}}

test_refuses_a_limit_above_its_parent if {
	some finding in budget_parent.deny with input as plan({"limitMicroUsd": 501})
	finding.message == "the limit of 501 is above the 500 of budget \"team\""
	finding.pointer == "/spec/limitMicroUsd"
}

test_looks_beyond_a_parent_without_that_limit if {
	some finding in budget_parent.deny with input as plan({"limitTokens": 71})
	finding.message == "the limit of 71 is above the 70 of budget \"root\""
}

test_lets_limits_within_pass if {
	count(budget_parent.deny) == 0 with input as plan({"limitMicroUsd": 500, "limitTokens": 0})
	count(budget_parent.deny) == 0 with input as plan({})
}

test_lets_a_root_have_any_limit if {
	count(budget_parent.deny) == 0 with input as {
		"changes": [{
			"action": "create", "kind": "Budget", "org": "acme", "name": "root", "before": null, "unknown": [],
			"after": {"spec": {"limitMicroUsd": 9007199254740991}},
		}],
		"refs": {},
	}
}

test_tells_of_children_that_have_more_together if {
	some finding in budget_parent.warn_children with input as {
		"changes": [child({"limitMicroUsd": 100})],
		"refs": refs,
		"totals": {"budgets": {"acme/support": {"limitMicroUsd": 100, "childrenMicroUsd": 150, "children": 2}}},
	}
	finding.message == "the 2 children of budget \"support\" may spend 150 together, above its own 100"
}

test_tells_a_child_that_it_and_its_siblings_have_more_together if {
	some finding in budget_parent.warn_children with input as {
		"changes": [child({"limitMicroUsd": 60, "parent": "company"})],
		"refs": refs,
		"totals": {"budgets": {"acme/company": {"limitMicroUsd": 100, "childrenMicroUsd": 120, "children": 2}}},
	}
	finding.message == "the 2 children of budget \"company\" may spend 120 together, above its own 100"
}

test_says_nothing_of_children_of_a_budget_without_limit if {
	count(budget_parent.warn_children) == 0 with input as {
		"changes": [child({})],
		"refs": refs,
		"totals": {"budgets": {"acme/support": {"limitMicroUsd": null, "childrenMicroUsd": 150, "children": 2}}},
	}
}
