data "lattice_guardrail" "support" {
  org  = lattice_org.example.name
  name = lattice_guardrail.support.name
}

output "guardrail_approvals" {
  value = data.lattice_guardrail.support.require_approval
}
