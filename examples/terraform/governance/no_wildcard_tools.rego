# METADATA
# title: An agent asks for its tools by name
# custom:
#   remediation: List the tools that the agent needs.
package lattice.policy.no_wildcard_tools

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	some index, tool in change.after.spec.tools
	contains(tool, "*")
	finding := {
		"object": change,
		"pointer": sprintf("/spec/tools/%d", [index]),
		"message": sprintf("tool %q is a wildcard", [tool]),
	}
}
