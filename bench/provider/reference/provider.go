package main

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type referenceProvider struct{}

type providerModel struct {
	Endpoint types.String `tfsdk:"endpoint"`
	Token    types.String `tfsdk:"token"`
	Instance types.String `tfsdk:"instance"`
}

func newProvider() provider.Provider { return &referenceProvider{} }

func (*referenceProvider) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = "lattice"
}

func (*referenceProvider) Schema(_ context.Context, _ provider.SchemaRequest, answer *provider.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"endpoint": schema.StringAttribute{Optional: true},
		"token":    schema.StringAttribute{Optional: true, Sensitive: true},
		"instance": schema.StringAttribute{Optional: true},
	}}
}

func (*referenceProvider) Configure(ctx context.Context, request provider.ConfigureRequest, answer *provider.ConfigureResponse) {
	var model providerModel
	answer.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	answer.ResourceData = newClient(
		valueOr(model.Endpoint, os.Getenv("LATTICE_ADDRESS")),
		valueOr(model.Token, os.Getenv("LATTICE_TOKEN")),
		valueOr(model.Instance, "default"),
	)
}

func (*referenceProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &budgetResource{} }}
}

func (*referenceProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func valueOr(given types.String, otherwise string) string {
	if given.ValueString() != "" {
		return given.ValueString()
	}
	return otherwise
}
