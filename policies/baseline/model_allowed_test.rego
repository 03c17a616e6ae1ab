package lattice.policy.model_allowed_test

import data.lattice.policy.model_allowed

agent(labels) := {
	"action": "create", "kind": "Agent", "org": "acme", "name": "triage", "before": null, "unknown": [],
	"after": {"metadata": {"labels": labels}, "spec": {"model": {"provider": "ollama", "name": "smollm2"}}},
}

guardrail(selector, models) := {
	"metadata": {"org": "acme", "name": "models"},
	"spec": {"selector": selector, "models": models},
}

under(selector, models, labels) := {
	"changes": [agent(labels)],
	"refs": {"Guardrail": {"acme/models": guardrail(selector, models)}},
}

listed := [{"provider": "ollama", "name": "smollm2"}]

other := [{"provider": "openai", "name": "gpt"}]

test_lets_a_listed_model_pass if {
	count(model_allowed.deny) == 0 with input as under("", listed, {})
}

test_refuses_a_model_that_is_not_listed if {
	some finding in model_allowed.deny with input as under("", other, {})
	finding.message == "model ollama/smollm2 is not on the list of guardrail \"models\""
	finding.pointer == "/spec/model"
}

test_an_empty_list_allows_none if {
	count(model_allowed.deny) == 1 with input as under("", [], {})
}

test_several_guardrails_are_an_intersection if {
	count(model_allowed.deny) == 1 with input as {
		"changes": [agent({})],
		"refs": {"Guardrail": {"acme/a": guardrail("", listed), "acme/b": guardrail("", other)}},
	}
}

test_a_guardrail_of_another_org_does_not_count if {
	count(model_allowed.deny) == 0 with input as {
		"changes": [agent({})],
		"refs": {"Guardrail": {"acme-2/a": guardrail("", [])}},
	}
}

test_without_guardrails_every_model_passes if {
	count(model_allowed.deny) == 0 with input as {"changes": [agent({})], "refs": {}}
}

reaching := {
	"tier=gold", "tier==gold", "tier!=silver", "tier in (gold, silver)", "tier notin (bronze)", "tier", "!team", "team!=x",
	"team notin (x)", "tier=gold,region in (eu, us)", "",
}

missing := {
	"tier=silver", "tier!=gold", "tier in (bronze)", "tier notin (gold,bronze)", "team", "!tier", "tier=gold,region in (asia)",
}

test_a_guardrail_reaches_the_agents_that_it_selects if {
	every selector in reaching {
		count(model_allowed.deny) == 1 with input as under(selector, [], {"tier": "gold", "region": "eu"})
	}
	every selector in missing {
		count(model_allowed.deny) == 0 with input as under(selector, [], {"tier": "gold", "region": "eu"})
	}
}
