terraform {
  required_providers {
    lattice = {
      source  = "lattice.dev/lattice/lattice"
      version = "~> 0.1"
    }
  }
}

# The token comes from LATTICE_TOKEN: what is written here stands in every saved plan.
provider "lattice" {
  endpoint = "https://lattice.example.com"
  instance = "platform"
}
