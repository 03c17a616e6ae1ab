# METADATA
# title: An agent has instructions
# custom:
#   remediation: Say what the agent is for.
package lattice.policy.agents_have_instructions

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	change.after != null
	not change.after.spec.instructions
	finding := {
		"object": change,
		"pointer": "/spec/instructions",
		"message": "the agent has no instructions",
	}
}
