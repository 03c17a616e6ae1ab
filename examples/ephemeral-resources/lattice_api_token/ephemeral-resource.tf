# It may a part of what the credential may that Terraform runs with, and it is revoked when the run ends.
ephemeral "lattice_api_token" "run" {
  orgs        = ["acme"]
  verbs       = ["get", "list", "create", "update"]
  ttl_seconds = provider::lattice::seconds("15m")
}

provider "lattice" {
  alias = "run"
  token = ephemeral.lattice_api_token.run.token
}
