// Generated from the definitions in crds/ by `npm run generate`. Do not edit.
import type { OperationDefinition, ResourceDefinition } from '../terraform.ts';

export const resources: Readonly<Record<string, ResourceDefinition>> = {
  "lattice_org": {
    "kind": "Org",
    "plural": "orgs",
    "scope": "cluster",
    "version": 1,
    "description": "A tenant: its agents run in a Temporal namespace of their own and its history is a chain of its own.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "protectable": true,
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
  "lattice_policy": {
    "kind": "Policy",
    "plural": "policies",
    "scope": "org",
    "version": 1,
    "description": "Rules in Rego that changes or acts are held to.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "description",
        "field": "description",
        "description": "What the policy is for.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 1024
        }
      },
      {
        "name": "target",
        "field": "target",
        "description": "admission: judges changes. runtime: judges what agents do.",
        "type": "string",
        "required": false,
        "default": "admission",
        "constraints": {
          "oneOf": [
            "admission",
            "runtime"
          ]
        }
      },
      {
        "name": "enforcement",
        "field": "enforcement",
        "description": "advisory: warns. soft-mandatory: refuses unless waived. hard-mandatory: refuses.",
        "type": "string",
        "required": false,
        "default": "hard-mandatory",
        "constraints": {
          "oneOf": [
            "advisory",
            "soft-mandatory",
            "hard-mandatory"
          ]
        }
      },
      {
        "name": "rego",
        "field": "rego",
        "description": "One Rego module.",
        "type": "string",
        "required": true,
        "form": "lines",
        "constraints": {
          "minLength": 1,
          "maxLength": 131072
        }
      }
    ]
  },
  "lattice_waiver": {
    "kind": "Waiver",
    "plural": "waivers",
    "scope": "org",
    "version": 1,
    "description": "Lets one finding of a soft-mandatory policy pass until a day.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "fingerprint",
        "field": "fingerprint",
        "description": "Fingerprint of the finding that is let pass.",
        "type": "string",
        "required": true,
        "constraints": {
          "maxLength": 64,
          "pattern": "^[0-9a-f]{64}$"
        }
      },
      {
        "name": "approver",
        "field": "approver",
        "description": "Who approves: the name of the credential that writes the waiver.",
        "type": "string",
        "required": true,
        "constraints": {
          "minLength": 1,
          "maxLength": 128
        }
      },
      {
        "name": "reason",
        "field": "reason",
        "description": "Why the finding may pass.",
        "type": "string",
        "required": true,
        "constraints": {
          "minLength": 8,
          "maxLength": 1024
        }
      },
      {
        "name": "expires_at",
        "field": "expiresAt",
        "description": "When the waiver ends, in RFC 3339, e.g. \"2027-01-31T00:00:00Z\".",
        "type": "string",
        "required": true,
        "form": "time",
        "constraints": {
          "maxLength": 64,
          "pattern": "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z|([+-](?:[01]\\d|2[0-3]):[0-5]\\d)))$"
        }
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
    "protectable": true,
    "spec": [
      {
        "name": "parent",
        "field": "parent",
        "description": "The budget that this one is part of. Leave it out for a root budget.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 63,
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
        "default": "UTC",
        "constraints": {
          "maxLength": 64
        }
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
  "lattice_guardrail": {
    "kind": "Guardrail",
    "plural": "guardrails",
    "scope": "org",
    "version": 1,
    "description": "The models, tools and handling of personal data that agents are held to.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "selector",
        "field": "selector",
        "description": "Labels of the agents that it reaches; all of the org when empty.",
        "type": "string",
        "required": false,
        "default": "",
        "constraints": {
          "maxLength": 1024
        }
      },
      {
        "name": "models",
        "field": "models",
        "description": "Models that may be called. None when empty.",
        "type": {
          "nesting": "list",
          "attributes": [
            {
              "name": "provider",
              "field": "provider",
              "description": "Model provider.",
              "type": "string",
              "required": true,
              "constraints": {
                "maxLength": 63,
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
        "required": false,
        "default": []
      },
      {
        "name": "tools",
        "field": "tools",
        "description": "Tools that may be used. None when empty.",
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
        "name": "require_approval",
        "field": "requireApproval",
        "description": "Tools of the list above whose every call a person must approve.",
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
        "name": "pii",
        "field": "pii",
        "description": "What happens to personal data; blocked both ways when left out.",
        "type": {
          "nesting": "single",
          "attributes": [
            {
              "name": "input",
              "field": "input",
              "description": "Personal data in what is sent to a model.",
              "type": "string",
              "required": false,
              "default": "block",
              "constraints": {
                "oneOf": [
                  "allow",
                  "mask",
                  "block"
                ]
              }
            },
            {
              "name": "output",
              "field": "output",
              "description": "Personal data in what a model answers.",
              "type": "string",
              "required": false,
              "default": "block",
              "constraints": {
                "oneOf": [
                  "allow",
                  "mask",
                  "block"
                ]
              }
            }
          ]
        },
        "required": false
      }
    ]
  },
  "lattice_model_provider": {
    "kind": "ModelProvider",
    "plural": "modelproviders",
    "scope": "org",
    "version": 1,
    "description": "A provider of models: its type, its address and where its key is.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "type",
        "field": "type",
        "description": "How the provider is spoken to.",
        "type": "string",
        "required": true,
        "constraints": {
          "oneOf": [
            "anthropic",
            "openai",
            "google",
            "ollama",
            "openai-compatible"
          ]
        }
      },
      {
        "name": "base_url",
        "field": "baseUrl",
        "description": "Address of the API; the provider’s own when left out. It must be on the operator’s list of egress.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 512,
          "pattern": "^https?:\\/\\/([!$-.0-9:;=A-Z_a-z~]*@)?(((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)|0[xX][0-9a-fA-F]{1,8}|\\[[0-9a-fA-F:]+\\]|([A-Za-z0-9_-]+\\.)*[A-Za-z][A-Za-z0-9_-]*\\.?)(:(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4}))?([/?#]([!-$&-~]|%[0-9A-Fa-f]{2})*)?$"
        }
      },
      {
        "name": "api_key",
        "field": "apiKey",
        "description": "Where the API key is.",
        "type": {
          "nesting": "single",
          "attributes": [
            {
              "name": "env",
              "field": "env",
              "description": "Environment variable of the worker, LATTICE_SECRET_.... The operator must allow it for the org.",
              "type": "string",
              "required": false,
              "constraints": {
                "maxLength": 115,
                "pattern": "^LATTICE_SECRET_[A-Z0-9_]{1,100}$"
              }
            },
            {
              "name": "file",
              "field": "file",
              "description": "File within the configured folder of secrets. The operator must allow it for the org.",
              "type": "string",
              "required": false,
              "constraints": {
                "maxLength": 256,
                "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*(\\/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
              }
            },
            {
              "name": "kubernetes",
              "field": "kubernetes",
              "description": "Secret in the namespace of the custom resource; only for what a Kubernetes cluster declares. Its value stays there.",
              "type": {
                "nesting": "single",
                "attributes": [
                  {
                    "name": "name",
                    "field": "name",
                    "description": "Name of the Secret.",
                    "type": "string",
                    "required": true,
                    "constraints": {
                      "maxLength": 253,
                      "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
                    }
                  },
                  {
                    "name": "key",
                    "field": "key",
                    "description": "Key of its data.",
                    "type": "string",
                    "required": true,
                    "constraints": {
                      "maxLength": 253,
                      "pattern": "^[A-Za-z0-9._-]+$"
                    }
                  }
                ]
              },
              "required": false
            },
            {
              "name": "stored",
              "field": "stored",
              "description": "Secret that Lattice keeps encrypted. Not available yet.",
              "type": {
                "nesting": "single",
                "attributes": [
                  {
                    "name": "name",
                    "field": "name",
                    "description": "Name of the stored secret.",
                    "type": "string",
                    "required": true,
                    "constraints": {
                      "minLength": 1,
                      "maxLength": 63
                    }
                  },
                  {
                    "name": "version",
                    "field": "version",
                    "description": "Version; the newest when left out.",
                    "type": "number",
                    "required": false,
                    "constraints": {
                      "minimum": 1,
                      "maximum": 9007199254740991,
                      "integer": true
                    }
                  }
                ]
              },
              "required": false
            }
          ]
        },
        "required": false
      }
    ]
  },
  "lattice_mesh_network": {
    "kind": "MeshNetwork",
    "plural": "meshnetworks",
    "scope": "org",
    "version": 1,
    "description": "A range of addresses in which the peers of an org reach each other over WireGuard.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "protectable": true,
    "spec": [
      {
        "name": "cidr",
        "field": "cidr",
        "description": "Range of the network, e.g. \"10.20.0.0/24\". It cannot be changed: peers keep their addresses.",
        "type": "string",
        "required": true,
        "immutable": true,
        "constraints": {
          "maxLength": 64
        }
      }
    ]
  },
  "lattice_mesh_peer": {
    "kind": "MeshPeer",
    "plural": "meshpeers",
    "scope": "org",
    "version": 1,
    "description": "A host in a mesh network.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "network",
        "field": "network",
        "description": "The network that the peer is in. It cannot be changed.",
        "type": "string",
        "required": true,
        "immutable": true,
        "constraints": {
          "maxLength": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "public_key",
        "field": "publicKey",
        "description": "WireGuard public key. Left out, it is the one with which the host enrols.",
        "type": "string",
        "required": false,
        "filledIn": true,
        "constraints": {
          "maxLength": 44,
          "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"
        }
      },
      {
        "name": "endpoint",
        "field": "endpoint",
        "description": "host:port at which others reach it; left out for a peer that only calls out.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 260,
          "pattern": "^(\\[[0-9a-fA-F:]+\\]|[A-Za-z0-9.-]+):\\d{1,5}$"
        }
      },
      {
        "name": "routes",
        "field": "routes",
        "description": "Ranges behind this peer that others reach through it.",
        "type": [
          "list",
          "string"
        ],
        "required": false,
        "default": [],
        "constraints": {
          "maxLength": 64
        }
      },
      {
        "name": "keepalive_seconds",
        "field": "keepaliveSeconds",
        "description": "Interval of keepalives, for peers behind NAT.",
        "type": "number",
        "required": false,
        "constraints": {
          "minimum": 1,
          "maximum": 65535,
          "integer": true
        }
      }
    ]
  },
  "lattice_agent_role": {
    "kind": "AgentRole",
    "plural": "agentroles",
    "scope": "org",
    "version": 1,
    "description": "A set of rules, verb by kind by labels, that allow or deny.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "description",
        "field": "description",
        "description": "What the role is for.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 1024
        }
      },
      {
        "name": "inherits",
        "field": "inherits",
        "description": "Roles whose rules count as rules of this one.",
        "type": [
          "list",
          "string"
        ],
        "required": false,
        "default": [],
        "constraints": {
          "maxLength": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "rules",
        "field": "rules",
        "description": "Rules. Without any, and without inherited ones, the role allows nothing.",
        "type": {
          "nesting": "list",
          "attributes": [
            {
              "name": "effect",
              "field": "effect",
              "description": "allow or deny; deny wins.",
              "type": "string",
              "required": false,
              "default": "allow",
              "constraints": {
                "oneOf": [
                  "allow",
                  "deny"
                ]
              }
            },
            {
              "name": "verbs",
              "field": "verbs",
              "description": "Verbs that the rule is about.",
              "type": [
                "list",
                "string"
              ],
              "required": true,
              "constraints": {
                "oneOf": [
                  "get",
                  "list",
                  "create",
                  "update",
                  "delete",
                  "adopt",
                  "audit",
                  "override",
                  "pause",
                  "halt",
                  "invoke",
                  "approve",
                  "delegate",
                  "*"
                ]
              }
            },
            {
              "name": "kinds",
              "field": "kinds",
              "description": "Kinds of objects that the rule is about.",
              "type": [
                "list",
                "string"
              ],
              "required": true,
              "constraints": {
                "maxLength": 63,
                "pattern": "^(\\*|[A-Z][A-Za-z]{1,62})$"
              }
            },
            {
              "name": "selector",
              "field": "selector",
              "description": "Labels of the objects that the rule is about; all when empty.",
              "type": "string",
              "required": false,
              "default": "",
              "constraints": {
                "maxLength": 1024
              }
            }
          ]
        },
        "required": false,
        "default": []
      }
    ]
  },
  "lattice_agent_role_binding": {
    "kind": "AgentRoleBinding",
    "plural": "agentrolebindings",
    "scope": "org",
    "version": 1,
    "description": "Gives a role to users, groups and agents.",
    "namePattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "spec": [
      {
        "name": "role",
        "field": "role",
        "description": "The role that is given.",
        "type": "string",
        "required": true,
        "constraints": {
          "maxLength": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "subjects",
        "field": "subjects",
        "description": "Who gets the role.",
        "type": {
          "nesting": "list",
          "attributes": [
            {
              "name": "type",
              "field": "type",
              "description": "user, group or agent.",
              "type": "string",
              "required": true,
              "constraints": {
                "oneOf": [
                  "user",
                  "group",
                  "agent"
                ]
              }
            },
            {
              "name": "name",
              "field": "name",
              "description": "Name of the subject; of an agent, its name in the org.",
              "type": "string",
              "required": true,
              "constraints": {
                "maxLength": 128,
                "pattern": "^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$"
              }
            }
          ]
        },
        "required": true
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
    "protectable": true,
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
                "maxLength": 63,
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
          "maxLength": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        }
      },
      {
        "name": "mesh_peer",
        "field": "meshPeer",
        "description": "The mesh peer that it runs on.",
        "type": "string",
        "required": false,
        "constraints": {
          "maxLength": 63,
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

export const apiToken: OperationDefinition = {
  "description": "A token of the API for the time of one run, with a part of the rights of the credential that asks for it. It is revoked at the end of the run, and stands in no plan and no state.",
  "request": [
    {
      "name": "orgs",
      "field": "orgs",
      "description": "Names of orgs, or * for all. Those of the caller when left out.",
      "type": [
        "list",
        "string"
      ],
      "required": false
    },
    {
      "name": "verbs",
      "field": "verbs",
      "description": "Verbs, or * for all. Those of the caller when left out.",
      "type": [
        "list",
        "string"
      ],
      "required": false,
      "constraints": {
        "oneOf": [
          "get",
          "list",
          "create",
          "update",
          "delete",
          "adopt",
          "audit",
          "override",
          "pause",
          "halt",
          "*"
        ]
      }
    },
    {
      "name": "managers",
      "field": "managers",
      "description": "Managers that the token may claim objects for. Those of the caller when left out.",
      "type": [
        "list",
        "string"
      ],
      "required": false,
      "constraints": {
        "oneOf": [
          "terraform",
          "kubernetes",
          "git",
          "api"
        ]
      }
    },
    {
      "name": "ttl_seconds",
      "field": "ttlSeconds",
      "description": "How long it lives from now on, in seconds.",
      "type": "number",
      "required": true,
      "constraints": {
        "minimum": 60,
        "maximum": 86400,
        "integer": true
      }
    }
  ],
  "answer": [
    {
      "name": "id",
      "field": "id",
      "description": "Id, by which it is renewed and revoked.",
      "type": "string",
      "required": true,
      "constraints": {
        "pattern": "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$"
      }
    },
    {
      "name": "name",
      "field": "name",
      "description": "How the ledger names whoever uses it: who minted it, and its id.",
      "type": "string",
      "required": true
    },
    {
      "name": "expires_at",
      "field": "expiresAt",
      "description": "When it ends, in RFC 3339.",
      "type": "string",
      "required": true
    },
    {
      "name": "token",
      "field": "token",
      "description": "The token itself.",
      "type": "string",
      "required": true,
      "sensitive": true
    }
  ]
};

export const agentHold: OperationDefinition = {
  "description": "Keeps an agent from working for a while. What is declared of it does not change.",
  "request": [
    {
      "name": "reason",
      "field": "reason",
      "description": "Why, for whoever finds the agent held. No place for secrets.",
      "type": "string",
      "required": true,
      "constraints": {
        "minLength": 1,
        "maxLength": 1024
      }
    },
    {
      "name": "expires_at",
      "field": "expiresAt",
      "description": "When the hold ends by itself, in RFC 3339; it stays until it is lifted when left out.",
      "type": "string",
      "required": false,
      "constraints": {
        "pattern": "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z|([+-](?:[01]\\d|2[0-3]):[0-5]\\d)))$"
      }
    },
    {
      "name": "mode",
      "field": "mode",
      "description": "pause: takes no turn. halt: its workflow is ended.",
      "type": "string",
      "required": false,
      "default": "pause",
      "constraints": {
        "oneOf": [
          "pause",
          "halt"
        ]
      }
    }
  ],
  "answer": []
};
