# METADATA
# title: No wildcard tool in production
# description: >-
#   A tool name with a wildcard gives tools that nobody has looked at yet. Where labels say production, tools are
#   named one by one.
# custom:
#   level: hard-mandatory
#   remediation: Name the tools one by one, or remove the label that says production.
package lattice.policy.production_tools

deny contains finding if {
	some change in input.changes
	change.kind in {"Agent", "Guardrail"}
	change.action != "delete"
	is_production(change)
	some index, tool in change.after.spec.tools
	contains(tool, "*")
	finding := {
		"message": sprintf("tool %q is a wildcard, and labels say production", [tool]),
		"object": change,
		"pointer": sprintf("/spec/tools/%d", [index]),
	}
}

is_production(change) if lower(change.after.metadata.labels.environment) in {"production", "prod"}

is_production(change) if lower(change.after.metadata.labels.env) in {"production", "prod"}

is_production(change) if lower(change.after.metadata.labels.stage) in {"production", "prod"}
