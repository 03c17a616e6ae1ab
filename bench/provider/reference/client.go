package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"time"
)

// client makes the calls that the controller's OpenAPI document describes.
type client struct {
	endpoint, token, instance string
	http                      *http.Client
}

func newClient(endpoint, token, instance string) *client {
	// As many connections as Terraform has operations in parallel.
	return &client{endpoint, token, instance, &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 10},
		Timeout:   20 * time.Second,
	}}
}

type object struct {
	ApiVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Metadata   metadata     `json:"metadata"`
	Spec       budgetSpec   `json:"spec"`
	Status     objectStatus `json:"status,omitzero"`
}

type metadata struct {
	Org             string            `json:"org"`
	Name            string            `json:"name"`
	Labels          map[string]string `json:"labels,omitempty"`
	Annotations     map[string]string `json:"annotations,omitempty"`
	Uid             string            `json:"uid,omitempty"`
	Generation      int64             `json:"generation,omitempty"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
}

type budgetSpec struct {
	Parent                 *string `json:"parent,omitempty"`
	LimitMicroUsd          *int64  `json:"limitMicroUsd,omitempty"`
	LimitTokens            *int64  `json:"limitTokens,omitempty"`
	Window                 string  `json:"window"`
	TimeZone               string  `json:"timeZone"`
	SoftThresholdsMicroUsd []int64 `json:"softThresholdsMicroUsd"`
	SoftThresholdsTokens   []int64 `json:"softThresholdsTokens"`
	Shadow                 bool    `json:"shadow"`
}

type objectStatus struct {
	ObservedGeneration int64 `json:"observedGeneration"`
	Conditions         []struct {
		Type               string `json:"type"`
		Status             string `json:"status"`
		ObservedGeneration int64  `json:"observedGeneration"`
	} `json:"conditions"`
}

func (o *object) isReady(generation int64) bool {
	for _, condition := range o.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True" && condition.ObservedGeneration >= generation
		}
	}
	return false
}

type plannedChange struct {
	Action   string   `json:"action"`
	Manifest any      `json:"manifest"`
	Unknown  []string `json:"unknown"`
}

type planRequest struct {
	Changes []plannedChange `json:"changes"`
	Overlay []plannedChange `json:"overlay"`
}

type planAnswer struct {
	Changes []struct {
		Findings []struct {
			Level   string `json:"level"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"findings"`
	} `json:"changes"`
}

func (c *client) plan(ctx context.Context, change plannedChange) (planAnswer, error) {
	var answer planAnswer
	request := planRequest{[]plannedChange{change}, []plannedChange{}}
	_, err := c.send(ctx, http.MethodPost, "/v1/plan", request, &answer, nil)
	return answer, err
}

// read answers nil where there is no such object.
func (c *client) read(ctx context.Context, org, name string) (*object, error) {
	var found object
	status, err := c.send(ctx, http.MethodGet, budgetPath(org, name), nil, &found, nil)
	if status == http.StatusNotFound {
		return nil, nil
	}
	return &found, err
}

func (c *client) create(ctx context.Context, wanted object) (*object, error) {
	var made object
	header := http.Header{"Idempotency-Key": {rand.Text()}}
	_, err := c.send(ctx, http.MethodPost, "/v1/orgs/"+wanted.Metadata.Org+"/budgets", wanted, &made, header)
	return &made, err
}

func (c *client) update(ctx context.Context, wanted object, version string) (*object, error) {
	var made object
	path := budgetPath(wanted.Metadata.Org, wanted.Metadata.Name)
	_, err := c.send(ctx, http.MethodPut, path, wanted, &made, ifMatch(version))
	return &made, err
}

func (c *client) remove(ctx context.Context, org, name, version string) error {
	status, err := c.send(ctx, http.MethodDelete, budgetPath(org, name), nil, nil, ifMatch(version))
	if status == http.StatusNotFound {
		return nil
	}
	return err
}

// waitUntilReady looks as often as our own provider does.
func (c *client) waitUntilReady(ctx context.Context, made *object) error {
	latest := made
	for attempt := 0; !latest.isReady(made.Metadata.Generation); attempt++ {
		full := min(time.Second, 50*time.Millisecond<<min(attempt, 10))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(float64(full) * (1 - mathrand.Float64()/2))):
		}
		found, err := c.read(ctx, made.Metadata.Org, made.Metadata.Name)
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("budget %s is gone", made.Metadata.Name)
		}
		latest = found
	}
	return nil
}

func budgetPath(org, name string) string { return "/v1/orgs/" + org + "/budgets/" + name }

func ifMatch(version string) http.Header { return http.Header{"If-Match": {`"` + version + `"`}} }

func (c *client) send(ctx context.Context, method, path string, body, answer any, header http.Header) (int, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, content)
	if err != nil {
		return 0, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Lattice-Owner", "terraform/"+c.instance)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("the controller answers %d: %s", response.StatusCode, text)
	}
	if answer == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(text, answer)
}
