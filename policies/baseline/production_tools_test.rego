package lattice.policy.production_tools_test

import data.lattice.policy.production_tools

agent(labels, tools) := {"changes": [{
	"action": "update", "kind": "Agent", "org": "acme", "name": "triage", "before": {}, "unknown": [],
	"after": {"metadata": {"labels": labels}, "spec": {"tools": tools}},
}]}

test_refuses_each_wildcard_in_production if {
	found := production_tools.deny with input as agent({"environment": "production"}, ["search", "*", "mail.*"])
	{finding.pointer | some finding in found} == {"/spec/tools/1", "/spec/tools/2"}
}

test_knows_the_usual_labels if {
	every labels in [{"env": "prod"}, {"stage": "Production"}, {"environment": "PROD"}] {
		count(production_tools.deny) == 1 with input as agent(labels, ["*"])
	}
}

test_lets_wildcards_pass_elsewhere if {
	count(production_tools.deny) == 0 with input as agent({"environment": "staging"}, ["*"])
	count(production_tools.deny) == 0 with input as agent({}, ["*"])
}

test_lets_named_tools_pass_in_production if {
	count(production_tools.deny) == 0 with input as agent({"environment": "production"}, ["search"])
}
