package main

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

type budgetModel struct {
	ID                     types.String      `tfsdk:"id"`
	UID                    types.String      `tfsdk:"uid"`
	Org                    types.String      `tfsdk:"org"`
	Name                   types.String      `tfsdk:"name"`
	Labels                 map[string]string `tfsdk:"labels"`
	Annotations            map[string]string `tfsdk:"annotations"`
	Parent                 types.String      `tfsdk:"parent"`
	LimitMicroUsd          types.Int64       `tfsdk:"limit_micro_usd"`
	LimitTokens            types.Int64       `tfsdk:"limit_tokens"`
	Window                 types.String      `tfsdk:"window"`
	TimeZone               types.String      `tfsdk:"time_zone"`
	SoftThresholdsMicroUsd []int64           `tfsdk:"soft_thresholds_micro_usd"`
	SoftThresholdsTokens   []int64           `tfsdk:"soft_thresholds_tokens"`
	Shadow                 types.Bool        `tfsdk:"shadow"`
	Timeouts               *timeouts         `tfsdk:"timeouts"`
}

type timeouts struct {
	Create types.String `tfsdk:"create"`
	Update types.String `tfsdk:"update"`
	Delete types.String `tfsdk:"delete"`
}

func (m budgetModel) object() object {
	return object{
		ApiVersion: "lattice.dev/v1alpha1",
		Kind:       "Budget",
		Metadata: metadata{
			Org:         m.Org.ValueString(),
			Name:        m.Name.ValueString(),
			Labels:      m.Labels,
			Annotations: m.Annotations,
		},
		Spec: budgetSpec{
			Parent:                 m.Parent.ValueStringPointer(),
			LimitMicroUsd:          m.LimitMicroUsd.ValueInt64Pointer(),
			LimitTokens:            m.LimitTokens.ValueInt64Pointer(),
			Window:                 m.Window.ValueString(),
			TimeZone:               m.TimeZone.ValueString(),
			SoftThresholdsMicroUsd: m.SoftThresholdsMicroUsd,
			SoftThresholdsTokens:   m.SoftThresholdsTokens,
			Shadow:                 m.Shadow.ValueBool(),
		},
	}
}

// take makes the model what the controller stores; an empty map stays null where it was null.
func (m *budgetModel) take(found *object) {
	m.ID = types.StringValue(found.Metadata.Org + "/" + found.Metadata.Name)
	m.UID = types.StringValue(found.Metadata.Uid)
	m.Org = types.StringValue(found.Metadata.Org)
	m.Name = types.StringValue(found.Metadata.Name)
	if m.Labels != nil || len(found.Metadata.Labels) > 0 {
		m.Labels = found.Metadata.Labels
	}
	if m.Annotations != nil || len(found.Metadata.Annotations) > 0 {
		m.Annotations = found.Metadata.Annotations
	}
	m.Parent = types.StringPointerValue(found.Spec.Parent)
	m.LimitMicroUsd = types.Int64PointerValue(found.Spec.LimitMicroUsd)
	m.LimitTokens = types.Int64PointerValue(found.Spec.LimitTokens)
	m.Window = types.StringValue(found.Spec.Window)
	m.TimeZone = types.StringValue(found.Spec.TimeZone)
	m.SoftThresholdsMicroUsd = found.Spec.SoftThresholdsMicroUsd
	m.SoftThresholdsTokens = found.Spec.SoftThresholdsTokens
	m.Shadow = types.BoolValue(found.Spec.Shadow)
}

// The version of what was read, kept beside the state, so that a change in between is noticed.
const versionKey = "version"

func versionOf(found *object) []byte {
	encoded, _ := json.Marshal(found.Metadata.ResourceVersion)
	return encoded
}

func versionIn(kept []byte) string {
	var version string
	_ = json.Unmarshal(kept, &version)
	return version
}
