// Generated from the definitions in crds/ by `npm run generate`. Do not edit.
import type { ResourceDefinition } from '../terraform.ts';

export const resources: Readonly<Record<string, ResourceDefinition>> = {
  "lattice_org": {
    "kind": "Org",
    "plural": "orgs",
    "scope": "cluster",
    "version": 1,
    "description": "A tenant: its agents run in a Temporal namespace of their own and its history is a chain of its own.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "display_name",
        "field": "displayName",
        "description": "Name for people; the object name when left out.",
        "type": "string",
        "required": false,
        "constraints": {
          "minLength": 1,
          "maxLength": 128
        }
      },
      {
        "name": "namespaces",
        "field": "namespaces",
        "description": "Kubernetes namespaces whose objects belong to this org. A namespace that no org lists is refused.",
        "type": {
          "nesting": "list",
          "attributes": [
            {
              "name": "cluster",
              "field": "cluster",
              "description": "Identity of the Kubernetes cluster (uid of kube-system).",
              "type": "string",
              "required": true,
              "constraints": {
                "minLength": 1,
                "maxLength": 253
              }
            },
            {
              "name": "namespace",
              "field": "namespace",
              "description": "Kubernetes namespace.",
              "type": "string",
              "required": true,
              "constraints": {
                "minLength": 1,
                "maxLength": 63
              }
            }
          ]
        },
        "required": false,
        "default": []
      }
    ]
  },
  "lattice_budget": {
    "kind": "Budget",
    "plural": "budgets",
    "scope": "org",
    "version": 1,
    "description": "A limit on money and tokens in a calendar window; budgets form a tree up to the root of the org.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "parent",
        "field": "parent",
        "description": "The budget that this one is part of. Leave it out for a root budget.",
        "type": "string",
        "required": false,
        "constraints": {
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "limit_micro_usd",
        "field": "limitMicroUsd",
        "description": "Most that may be spent in one window, in micro-USD (1 USD = 1000000). 0 allows nothing; left out, only the budgets above limit it.",
        "type": "number",
        "required": false,
        "constraints": {
          "minimum": 0,
          "maximum": 9007199254740991,
          "integer": true
        }
      },
      {
        "name": "limit_tokens",
        "field": "limitTokens",
        "description": "Most tokens that may be used in one window. 0 allows none; left out, only the budgets above limit it.",
        "type": "number",
        "required": false,
        "constraints": {
          "minimum": 0,
          "maximum": 9007199254740991,
          "integer": true
        }
      },
      {
        "name": "window",
        "field": "window",
        "description": "Calendar window after which spending starts at zero.",
        "type": "string",
        "required": false,
        "default": "month",
        "constraints": {
          "oneOf": [
            "hour",
            "day",
            "week",
            "month"
          ]
        }
      },
      {
        "name": "time_zone",
        "field": "timeZone",
        "description": "IANA time zone in which the window begins, e.g. \"Europe/Berlin\".",
        "type": "string",
        "required": false,
        "default": "UTC"
      },
      {
        "name": "soft_thresholds_micro_usd",
        "field": "softThresholdsMicroUsd",
        "description": "Spending at which an alert is raised once per window, in micro-USD. Nothing is refused by it.",
        "type": [
          "list",
          "number"
        ],
        "required": false,
        "default": [],
        "constraints": {
          "minimum": 1,
          "maximum": 9007199254740991,
          "integer": true
        }
      },
      {
        "name": "soft_thresholds_tokens",
        "field": "softThresholdsTokens",
        "description": "Spending at which an alert is raised once per window, in tokens. Nothing is refused by it.",
        "type": [
          "list",
          "number"
        ],
        "required": false,
        "default": [],
        "constraints": {
          "minimum": 1,
          "maximum": 9007199254740991,
          "integer": true
        }
      },
      {
        "name": "shadow",
        "field": "shadow",
        "description": "Record what would have been refused, and refuse nothing. For trying a limit out.",
        "type": "bool",
        "required": false,
        "default": false
      }
    ]
  },
  "lattice_agent": {
    "kind": "Agent",
    "plural": "agents",
    "scope": "org",
    "version": 1,
    "description": "An AI agent: a durable workflow with a model, tools and a budget.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "model",
        "field": "model",
        "description": "The model that this agent calls.",
        "type": {
          "nesting": "single",
          "attributes": [
            {
              "name": "provider",
              "field": "provider",
              "description": "Model provider, e.g. \"anthropic\", \"openai\", \"google\" or \"ollama\".",
              "type": "string",
              "required": true,
              "constraints": {
                "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
              }
            },
            {
              "name": "name",
              "field": "name",
              "description": "Model name as the provider spells it.",
              "type": "string",
              "required": true,
              "constraints": {
                "minLength": 1,
                "maxLength": 128
              }
            }
          ]
        },
        "required": true
      },
      {
        "name": "instructions",
        "field": "instructions",
        "description": "What the agent is told before every conversation.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 65536
        }
      },
      {
        "name": "tools",
        "field": "tools",
        "description": "Tools that the agent may ask for. None when empty.",
        "type": [
          "list",
          "string"
        ],
        "required": false,
        "default": [],
        "constraints": {
          "minLength": 1,
          "maxLength": 128
        }
      },
      {
        "name": "budget",
        "field": "budget",
        "description": "The budget that its calls are booked on.",
        "type": "string",
        "required": false,
        "constraints": {
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "desired_state",
        "field": "desiredState",
        "description": "running: works. paused: keeps its state and takes no turn. stopped: its workflow is ended.",
        "type": "string",
        "required": false,
        "default": "running",
        "constraints": {
          "oneOf": [
            "running",
            "paused",
            "stopped"
          ]
        }
      },
      {
        "name": "limits",
        "field": "limits",
        "description": "Limits of one message.",
        "type": {
          "nesting": "single",
          "attributes": [
            {
              "name": "max_turns",
              "field": "maxTurns",
              "description": "Most model calls for one message.",
              "type": "number",
              "required": false,
              "constraints": {
                "minimum": 1,
                "maximum": 1000000,
                "integer": true
              }
            },
            {
              "name": "max_tokens_per_turn",
              "field": "maxTokensPerTurn",
              "description": "Most output tokens of one call.",
              "type": "number",
              "required": false,
              "constraints": {
                "minimum": 1,
                "maximum": 10000000,
                "integer": true
              }
            },
            {
              "name": "max_wall_seconds",
              "field": "maxWallSeconds",
              "description": "Longest time for one message, in seconds.",
              "type": "number",
              "required": false,
              "constraints": {
                "minimum": 1,
                "maximum": 604800,
                "integer": true
              }
            }
          ]
        },
        "required": false
      }
    ]
  }
};
