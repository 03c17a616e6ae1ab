resource "lattice_policy" "instructed" {
  org         = lattice_org.example.name
  name        = "agents-have-instructions"
  description = "An agent without instructions does what its model likes."
  enforcement = "advisory"

  rego = <<-REGO
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
  REGO
}
