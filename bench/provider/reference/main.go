// The reference of `npm run bench -- provider`: lattice_budget as terraform-plugin-framework would have it, with the schema,
// the HTTP calls and the waits of our own provider. Promise: it does the same work. Never: shipped to anybody.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	options := providerserver.ServeOpts{Address: "lattice.dev/lattice/reference", ProtocolVersion: 6}
	if err := providerserver.Serve(context.Background(), newProvider, options); err != nil {
		log.Fatal(err)
	}
}
