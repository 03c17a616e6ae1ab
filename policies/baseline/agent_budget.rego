# METADATA
# title: An agent has a budget
# description: >-
#   Calls of an agent without a budget are bounded by nothing that anybody declared. Every agent that can run
#   therefore names one.
# custom:
#   level: hard-mandatory
#   remediation: Set spec.budget to the name of a budget of the same org.
package lattice.policy.agent_budget

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	change.action != "delete"
	not change.after.spec.budget
	finding := {
		"message": sprintf("agent %q has no budget", [change.name]),
		"object": change,
		"pointer": "/spec/budget",
	}
}
