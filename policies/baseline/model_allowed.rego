# METADATA
# title: An agent's model is on the lists of its guardrails
# description: >-
#   Every guardrail whose selector matches the agent's labels must list the agent's model. Several guardrails
#   are an intersection, and an empty list allows no model.
# custom:
#   level: hard-mandatory
#   remediation: Choose a model that every guardrail of the agent lists, or have the guardrails changed.
package lattice.policy.model_allowed

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	change.action != "delete"
	model := change.after.spec.model
	some key, guardrail in input.refs.Guardrail
	startswith(key, sprintf("%s/", [change.org]))
	selects(object.get(guardrail.spec, "selector", ""), object.get(change.after, ["metadata", "labels"], {}))
	not lists(guardrail, model)
	finding := {
		"message": sprintf("model %s/%s is not on the list of guardrail %q", [model.provider, model.name, guardrail.metadata.name]),
		"object": change,
		"pointer": "/spec/model",
	}
}

lists(guardrail, model) if {
	some allowed in guardrail.spec.models
	allowed.provider == model.provider
	allowed.name == model.name
}

# Commas within `in (...)` belong to its list of values.
requirements(selector) := {trim_space(part) |
	some part in regex.find_n(`(?:[^,()]|\([^()]*\))+`, selector, -1)
	trim_space(part) != ""
}

selects(selector, labels) if {
	every requirement in requirements(selector) {
		satisfies(requirement, labels)
	}
}

satisfies(requirement, labels) if {
	some [_, key, "in", values] in regex.find_all_string_submatch_n(`^(\S+)\s+(in|notin)\s*\(([^()]*)\)$`, requirement, 1)
	labels[key] in listed(values)
}

satisfies(requirement, labels) if {
	some [_, key, "notin", values] in regex.find_all_string_submatch_n(`^(\S+)\s+(in|notin)\s*\(([^()]*)\)$`, requirement, 1)
	not object.get(labels, key, null) in listed(values)
}

satisfies(requirement, labels) if {
	some [_, key, operator, value] in regex.find_all_string_submatch_n(`^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$`, requirement, 1)
	operator != "!="
	labels[key] == value
}

satisfies(requirement, labels) if {
	some [_, key, "!=", value] in regex.find_all_string_submatch_n(`^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$`, requirement, 1)
	object.get(labels, key, null) != value
}

satisfies(requirement, labels) if {
	regex.match(`^[^=!\s]+$`, requirement)
	some key, _ in labels
	key == requirement
}

satisfies(requirement, labels) if {
	startswith(requirement, "!")
	not trim_space(trim_prefix(requirement, "!")) in object.keys(labels)
}

listed(values) := {trim_space(value) | some value in split(values, ",")}
