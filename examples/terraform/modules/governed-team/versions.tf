terraform {
  required_version = ">= 1.8.0"

  required_providers {
    lattice = {
      source  = "lattice.dev/lattice/lattice"
      version = "~> 0.1"
    }
  }
}
