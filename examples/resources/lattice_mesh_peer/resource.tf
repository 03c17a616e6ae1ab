resource "lattice_mesh_peer" "gateway" {
  org      = lattice_org.example.name
  name     = "gateway"
  network  = lattice_mesh_network.office.name
  endpoint = "gateway.acme.example:51820"
  routes   = ["192.168.7.0/24"]

  # As `wg pubkey` prints it. The private key never leaves its host.
  public_key = "gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0="
}

resource "lattice_mesh_peer" "laptop" {
  org               = lattice_org.example.name
  name              = "laptop"
  network           = lattice_mesh_network.office.name
  public_key        = "Ehfabf3TFrNOTjeVFTHxHLLwnFTuTOZ+KtD96yJx8y0="
  keepalive_seconds = provider::lattice::seconds("25s")
}
