# The fingerprint stands in the finding that the plan printed. The approver is the name of the credential that applies this.
resource "lattice_waiver" "example" {
  org         = lattice_org.example.name
  name        = "no-instructions-yet"
  fingerprint = "3f0c9a5be1d24786a0b7c6d5e4f3021948576a6b7c8d9eafb0c1d2e3f4051627"
  approver    = "dev"
  reason      = "The prompt is being written; the agent is paused until then."
  expires_at  = "2100-01-31T00:00:00Z"
}
