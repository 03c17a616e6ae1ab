# METADATA
# title: No role gives everything to an agent
# description: >-
#   An agent that may do everything to every object can also change its own budget, guardrails and roles. A role with
#   such a rule, own or inherited, is therefore not bound to agents.
# custom:
#   level: hard-mandatory
#   remediation: Bind the agent to a role that names the verbs, the kinds or the labels that it needs.
package lattice.policy.role_everything

# METADATA
# title: A binding gives everything to an agent
deny_binding contains finding if {
	some change in input.changes
	change.kind == "AgentRoleBinding"
	change.action != "delete"
	some index, subject in change.after.spec.subjects
	subject.type == "agent"
	gives_everything(change.org, change.after.spec.role)
	finding := {
		"message": sprintf("role %q gives everything to agent %q", [change.after.spec.role, subject.name]),
		"object": change,
		"pointer": sprintf("/spec/subjects/%d", [index]),
	}
}

# METADATA
# title: A role that agents have gives everything
deny_role contains finding if {
	some change in input.changes
	change.kind == "AgentRole"
	change.action != "delete"
	some index, rule in change.after.spec.rules
	is_everything(rule)
	some subject in bound_subjects(change.org, change.name)
	subject.type == "agent"
	finding := {
		"message": sprintf("the rule gives everything, and agent %q has the role", [subject.name]),
		"object": change,
		"pointer": sprintf("/spec/rules/%d", [index]),
	}
}

gives_everything(org, role) if {
	some key in graph.reachable(inheritance, {sprintf("%s/%s", [org, role])})
	some rule in input.refs.AgentRole[key].spec.rules
	is_everything(rule)
}

inheritance := {key: inherited |
	some key, role in input.refs.AgentRole
	org := split(key, "/")[0]
	inherited := {sprintf("%s/%s", [org, name]) | some name in object.get(role.spec, "inherits", [])}
}

is_everything(rule) if {
	object.get(rule, "effect", "allow") == "allow"
	"*" in rule.verbs
	"*" in rule.kinds
	trim_space(object.get(rule, "selector", "")) == ""
}

bound_subjects(org, role) := {subject |
	some binding in input.refs.AgentRoleBinding
	binding.metadata.org == org
	binding.spec.role == role
	some subject in binding.spec.subjects
} | {subject |
	some change in input.changes
	change.kind == "AgentRoleBinding"
	change.org == org
	change.after.spec.role == role
	some subject in change.after.spec.subjects
}
