import {
  to = lattice_org.example
  identity = {
    name = "acme"
  }
}
