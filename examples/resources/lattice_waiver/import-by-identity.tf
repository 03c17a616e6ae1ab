import {
  to = lattice_waiver.example
  identity = {
    org  = "acme"
    name = "no-instructions-yet"
  }
}
