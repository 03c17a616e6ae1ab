variable "org" {
  description = "Name of the org to create."
  type        = string
  default     = "acme"
}

variable "team_limit_usd" {
  description = "What the support team may spend in a month, in whole US dollars."
  type        = number
  default     = 50
}

variable "triage_max_turns" {
  description = "Most model calls of the triage agent for one ticket."
  type        = number
  default     = 4
}

variable "triage_tools" {
  description = "Tools that the triage agent may ask for."
  type        = list(string)
  default     = ["search"]
}
