variable "org" {
  description = "Name of an org that exists."
  type        = string
}

variable "team" {
  description = "Name of the team. Its objects are named after it, and its agents carry it as the label `team`."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", var.team))
    error_message = "The team is 1 to 40 characters of a-z, 0-9 and \"-\", starting and ending with a letter or digit."
  }
}

variable "parent_budget" {
  description = "Name of the budget that the team's budget is part of; null makes it a root."
  type        = string
  default     = null
}

variable "monthly_limit_usd" {
  description = "What the team may spend in a month, in USD, e.g. \"50.00\". Alerts come at half and at four fifths."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{1,9}([.][0-9]{1,6})?$", var.monthly_limit_usd))
    error_message = "The limit is an amount in USD such as \"50.00\", without sign or currency."
  }
}

variable "models" {
  description = "Models that the team's agents may call. The first is what an agent without a model gets."
  type        = list(object({ provider = string, name = string }))

  validation {
    condition     = length(var.models) > 0
    error_message = "Name at least one model; agents could call none otherwise."
  }
}

variable "tools" {
  description = "Tools that the team's agents may use."
  type        = list(string)
  default     = []

  validation {
    condition     = !anytrue([for tool in var.tools : strcontains(tool, "*")])
    error_message = "Name each tool; a wildcard would allow those that nobody has thought of yet."
  }
}

variable "require_approval" {
  description = "Tools of the list above whose every call a person must approve."
  type        = list(string)
  default     = []
}

variable "agents" {
  description = "The agents, by name."
  type = map(object({
    instructions = string
    tools        = optional(list(string), [])
    model        = optional(object({ provider = string, name = string }))
    max_turns    = optional(number, 8)
    paused       = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for agent in var.agents : trimspace(agent.instructions) != ""])
    error_message = "Every agent needs instructions; without them it does what its model likes."
  }
}

variable "leads" {
  description = "Users who may talk to the team's agents and approve what they ask for."
  type        = set(string)
  default     = []
}

variable "mesh" {
  description = "A network for the team's hosts: its range, and the WireGuard public keys of the hosts by name. None when null."
  type = object({
    cidr  = string
    peers = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.mesh == null || can(cidrnetmask(var.mesh.cidr))
    error_message = "The range is IPv4 in CIDR notation, such as \"10.20.0.0/24\"."
  }
}
