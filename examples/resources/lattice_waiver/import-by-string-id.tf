import {
  to = lattice_waiver.example
  id = "acme/no-instructions-yet"
}
