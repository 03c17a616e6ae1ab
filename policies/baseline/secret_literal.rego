# METADATA
# title: A secret is never written out
# description: >-
#   A key or password in a manifest ends up in Git, in Terraform's state and in the ledger. Secrets are named (env, file or
#   stored), and texts that look like a credential are refused wherever people tend to put them.
# custom:
#   level: hard-mandatory
#   remediation: Put the secret where the worker finds it and name that place (env, file or stored). Change the leaked one.
package lattice.policy.secret_literal

deny contains finding if {
	some change in input.changes
	change.action != "delete"
	some [pointer, secret] in secrets(change)
	is_string(secret)
	secret != ""
	finding := {
		"message": "the secret is written out; name the place where it is",
		"object": change,
		"pointer": pointer,
	}
}

deny_text contains finding if {
	some change in input.changes
	change.action != "delete"
	some [pointer, text] in texts(change)
	some name, pattern in credentials
	regex.match(pattern, text)
	finding := {
		"message": sprintf("the text holds what looks like %s", [name]),
		"object": change,
		"pointer": pointer,
	}
}

secrets(change) := (({["/spec/apiKey", secret] | secret := change.after.spec.apiKey} | {["/spec/token", secret] | secret := change.after.spec.token}) | {["/spec/password", secret] | secret := change.after.spec.password}) | {["/spec/privateKey", secret] | secret := change.after.spec.privateKey}

texts(change) := ((({["/spec/instructions", text] | text := change.after.spec.instructions} | {["/spec/description", text] | text := change.after.spec.description}) | {["/spec/baseUrl", text] | text := change.after.spec.baseUrl}) | {[sprintf("/metadata/annotations/%s", [escaped(key)]), text] | some key, text in change.after.metadata.annotations}) | {[sprintf("/metadata/labels/%s", [escaped(key)]), text] | some key, text in change.after.metadata.labels}

escaped(key) := replace(replace(key, "~", "~0"), "/", "~1")

credentials := {
	"a private key": `-----BEGIN ([A-Z]+ )*PRIVATE KEY-----`,
	"an API key of a model provider": `\bsk-[A-Za-z0-9_-]{20,}`,
	"an access key of AWS": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`,
	"a token of GitHub": `\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`,
	"a password in an address": `\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@`,
}
