package lattice.policy.agent_budget_test

import data.lattice.policy.agent_budget

agent(action, after) := {"changes": [{
	"action": action, "kind": "Agent", "org": "acme", "name": "triage",
	"before": null, "after": after, "unknown": [],
}]}

test_refuses_an_agent_without_a_budget if {
	some finding in agent_budget.deny with input as agent("create", {"spec": {}})
	finding.pointer == "/spec/budget"
	finding.message == "agent \"triage\" has no budget"
}

test_lets_an_agent_with_a_budget_pass if {
	count(agent_budget.deny) == 0 with input as agent("create", {"spec": {"budget": "support"}})
}

test_lets_an_agent_be_deleted if {
	count(agent_budget.deny) == 0 with input as agent("delete", null)
}

test_says_nothing_of_other_kinds if {
	count(agent_budget.deny) == 0 with input as {"changes": [{
		"action": "create", "kind": "Budget", "org": "acme", "name": "root",
		"before": null, "after": {"spec": {}}, "unknown": [],
	}]}
}
