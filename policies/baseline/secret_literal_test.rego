package lattice.policy.secret_literal_test

import data.lattice.policy.secret_literal

provider(spec) := {"changes": [{
	"action": "create", "kind": "ModelProvider", "org": "acme", "name": "openai", "before": null, "unknown": [],
	"after": {"metadata": {"annotations": {}}, "spec": spec},
}]}

noted(key, text) := {"changes": [{
	"action": "create", "kind": "Agent", "org": "acme", "name": "triage", "before": null, "unknown": [],
	"after": {"metadata": {"annotations": {key: text}}, "spec": {}},
}]}

test_refuses_a_literal_key if {
	some finding in secret_literal.deny with input as provider({"apiKey": "hunter2"})
	finding.pointer == "/spec/apiKey"
	not contains(finding.message, "hunter2")
}

test_lets_a_named_secret_pass if {
	every reference in [{"env": "LATTICE_SECRET_OPENAI"}, {"file": "acme/openai"}, {"stored": {"name": "openai"}}] {
		count(secret_literal.deny) == 0 with input as provider({"apiKey": reference})
	}
}

# Put together here, so that no scanner takes the test itself for a leak.
leaks := {
	concat("", ["-----BEGIN RSA PRIVATE", " KEY-----"]),
	concat("", ["use sk", "-abcdefghijklmnopqrstuvwx please"]),
	concat("", ["AKIA", "ABCDEFGHIJKLMNOP"]),
	concat("", ["ghp", "_abcdefghijklmnopqrstuvwxyz0123456789"]),
	concat("", ["postgres://lattice:", "hunter2@db/lattice"]),
}

test_refuses_texts_that_look_like_credentials if {
	every leak in leaks {
		some finding in secret_literal.deny_text with input as noted("team/note~1", leak)
		finding.pointer == "/metadata/annotations/team~1note~01"
		not contains(finding.message, leak)
	}
}

test_looks_at_instructions_and_addresses if {
	every leak in leaks {
		count(secret_literal.deny_text) == 1 with input as provider({"instructions": leak})
	}
	count(secret_literal.deny_text) == 1 with input as provider({"baseUrl": "https://user:pass@models.example/v1"})
}

test_lets_ordinary_texts_pass if {
	every text in ["", "ask-me anything", "https://models.example:8443/v1", "sk-short", "the private key stays at home"] {
		count(secret_literal.deny_text) == 0 with input as noted("note", text)
	}
}
