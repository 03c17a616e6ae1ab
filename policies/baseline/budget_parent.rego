# METADATA
# title: A budget's limit fits its parent
# description: >-
#   A limit above that of a parent (or of any budget above it) can never be spent, and tells people that it can. Together
#   the children of a budget may have more than it: that is only told.
# custom:
#   level: hard-mandatory
#   remediation: Lower the limit, or raise the limits of the budgets above it first.
package lattice.policy.budget_parent

deny contains finding if {
	some change in input.changes
	change.kind == "Budget"
	change.action != "delete"
	some unit, limit in limits(change)
	above := {key: ancestor | some key in ancestors(change); ancestor := input.refs.Budget[key].spec[unit]}
	lowest := min({ancestor | some ancestor in above})
	limit > lowest
	named := min({key | some key, ancestor in above; ancestor == lowest})
	finding := {
		"message": sprintf("the limit of %d is above the %d of budget %q", [limit, lowest, split(named, "/")[1]]),
		"object": change,
		"pointer": sprintf("/spec/%s", [unit]),
	}
}

# METADATA
# title: The children of a budget fit it together
warn_children contains finding if {
	some change in input.changes
	change.kind == "Budget"
	change.after
	some key in {sprintf("%s/%s", [change.org, change.name]), sprintf("%s/%s", [change.org, object.get(change.after, ["spec", "parent"], "")])}
	total := input.totals.budgets[key]
	total.limitMicroUsd != null
	total.childrenMicroUsd > total.limitMicroUsd
	finding := {
		"message": sprintf("the %d children of budget %q may spend %d together, above its own %d", [total.children, split(key, "/")[1], total.childrenMicroUsd, total.limitMicroUsd]),
		"object": change,
		"pointer": "/spec/limitMicroUsd",
	}
}

limits(change) := {unit: limit |
	some unit, limit in {
		"limitMicroUsd": object.get(change.after, ["spec", "limitMicroUsd"], null),
		"limitTokens": object.get(change.after, ["spec", "limitTokens"], null),
	}
	limit != null
}

ancestors(change) := graph.reachable(parents, {sprintf("%s/%s", [change.org, change.after.spec.parent])})

# A budget without a parent leads to nothing, but must be a node.
parents := {key: above |
	some key, budget in input.refs.Budget
	org := split(key, "/")[0]
	above := {sprintf("%s/%s", [org, parent]) | parent := budget.spec.parent}
}
