package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hashicorp/terraform-plugin-framework/attr"
)

type budgetResource struct{ client *client }

func (*budgetResource) Metadata(_ context.Context, request resource.MetadataRequest, answer *resource.MetadataResponse) {
	answer.TypeName = request.ProviderTypeName + "_budget"
}

func (r *budgetResource) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.client, _ = request.ProviderData.(*client)
}

func (*budgetResource) Schema(_ context.Context, _ resource.SchemaRequest, answer *resource.SchemaResponse) {
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	none := listdefault.StaticValue(types.ListValueMust(types.Int64Type, []attr.Value{}))
	thresholds := schema.ListAttribute{ElementType: types.Int64Type, Optional: true, Computed: true, Default: none}
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":                        schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"uid":                       schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"org":                       schema.StringAttribute{Required: true, PlanModifiers: replaces},
		"name":                      schema.StringAttribute{Required: true, PlanModifiers: replaces},
		"labels":                    schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"annotations":               schema.MapAttribute{ElementType: types.StringType, Optional: true},
		"parent":                    schema.StringAttribute{Optional: true},
		"limit_micro_usd":           schema.Int64Attribute{Optional: true},
		"limit_tokens":              schema.Int64Attribute{Optional: true},
		"window":                    schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("month")},
		"time_zone":                 schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("UTC")},
		"soft_thresholds_micro_usd": thresholds,
		"soft_thresholds_tokens":    thresholds,
		"shadow":                    schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false)},
		"timeouts": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"create": schema.StringAttribute{Optional: true},
			"update": schema.StringAttribute{Optional: true},
			"delete": schema.StringAttribute{Optional: true},
		}},
	}}
}

// ModifyPlan asks the controller what a change would do.
func (r *budgetResource) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, answer *resource.ModifyPlanResponse) {
	if r.client == nil || request.Plan.Raw.Equal(request.State.Raw) {
		return
	}
	change := plannedChange{Action: "delete", Unknown: []string{}}
	var model budgetModel
	if request.Plan.Raw.IsNull() {
		answer.Diagnostics.Append(request.State.Get(ctx, &model)...)
	} else {
		change.Action = "create"
		if !request.State.Raw.IsNull() {
			change.Action = "apply"
		}
		answer.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	}
	if answer.Diagnostics.HasError() {
		return
	}
	change.Manifest = model.object()
	planned, err := r.client.plan(ctx, change)
	if err != nil {
		answer.Diagnostics.AddError("The dry run failed", err.Error())
	}
	for _, each := range planned.Changes {
		for _, found := range each.Findings {
			answer.Diagnostics.AddError(found.Code, found.Message)
		}
	}
}

func (r *budgetResource) Create(ctx context.Context, request resource.CreateRequest, answer *resource.CreateResponse) {
	var model budgetModel
	answer.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	if answer.Diagnostics.HasError() {
		return
	}
	made, err := r.client.create(ctx, model.object())
	if err == nil {
		err = r.client.waitUntilReady(ctx, made)
	}
	if err != nil {
		answer.Diagnostics.AddError("The budget was not created", err.Error())
		return
	}
	model.take(made)
	answer.Diagnostics.Append(answer.State.Set(ctx, model)...)
	answer.Diagnostics.Append(answer.Private.SetKey(ctx, versionKey, versionOf(made))...)
}

func (r *budgetResource) Read(ctx context.Context, request resource.ReadRequest, answer *resource.ReadResponse) {
	var model budgetModel
	answer.Diagnostics.Append(request.State.Get(ctx, &model)...)
	found, err := r.client.read(ctx, model.Org.ValueString(), model.Name.ValueString())
	if err != nil {
		answer.Diagnostics.AddError("The budget cannot be read", err.Error())
		return
	}
	if found == nil {
		answer.State.RemoveResource(ctx)
		return
	}
	model.take(found)
	answer.Diagnostics.Append(answer.State.Set(ctx, model)...)
	answer.Diagnostics.Append(answer.Private.SetKey(ctx, versionKey, versionOf(found))...)
}

func (r *budgetResource) Update(ctx context.Context, request resource.UpdateRequest, answer *resource.UpdateResponse) {
	var model budgetModel
	answer.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	kept, diagnostics := request.Private.GetKey(ctx, versionKey)
	answer.Diagnostics.Append(diagnostics...)
	if answer.Diagnostics.HasError() {
		return
	}
	made, err := r.client.update(ctx, model.object(), versionIn(kept))
	if err == nil {
		err = r.client.waitUntilReady(ctx, made)
	}
	if err != nil {
		answer.Diagnostics.AddError("The budget was not updated", err.Error())
		return
	}
	model.take(made)
	answer.Diagnostics.Append(answer.State.Set(ctx, model)...)
	answer.Diagnostics.Append(answer.Private.SetKey(ctx, versionKey, versionOf(made))...)
}

func (r *budgetResource) Delete(ctx context.Context, request resource.DeleteRequest, answer *resource.DeleteResponse) {
	var model budgetModel
	answer.Diagnostics.Append(request.State.Get(ctx, &model)...)
	kept, diagnostics := request.Private.GetKey(ctx, versionKey)
	answer.Diagnostics.Append(diagnostics...)
	if answer.Diagnostics.HasError() {
		return
	}
	if err := r.client.remove(ctx, model.Org.ValueString(), model.Name.ValueString(), versionIn(kept)); err != nil {
		answer.Diagnostics.AddError("The budget was not deleted", err.Error())
	}
}
