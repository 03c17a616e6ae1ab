import {
  to = lattice_org.example
  id = "acme"
}
