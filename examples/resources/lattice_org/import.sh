# The id is the name.
terraform import lattice_org.example acme
