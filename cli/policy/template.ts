// What `lattice policy new` writes: a policy that says one thing, and its test.

export const template = (stem: string): string => `# METADATA
# title: What the policy holds changes to
# description: Why it matters.
# custom:
#   level: soft-mandatory
#   remediation: What to do about it.
package lattice.policy.${stem}

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	change.after != null
	not change.after.spec.budget
	finding := {
		"object": change,
		"pointer": "/spec/budget",
		"message": "the agent has no budget",
	}
}
`;

export const testTemplate = (stem: string): string => `package lattice.policy.${stem}_test

import data.lattice.policy.${stem}

agent(spec) := {"changes": [{"kind": "Agent", "org": "acme", "name": "a", "after": {"spec": spec}}]}

test_refuses_an_agent_without_a_budget if {
	count(${stem}.deny) == 1 with input as agent({})
}

test_passes_an_agent_with_a_budget if {
	count(${stem}.deny) == 0 with input as agent({"budget": "team"})
}
`;
