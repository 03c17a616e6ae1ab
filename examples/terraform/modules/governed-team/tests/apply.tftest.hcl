# The module, applied to a real controller in an org of its own and destroyed again. The org is named from outside, as it must
# not exist: terraform test -var org=module-test

provider "lattice" {}

run "setup" {
  module {
    source = "./tests/setup"
  }
}

run "the_team_exists" {
  variables {
    org               = run.setup.org
    parent_budget     = run.setup.budget
    team              = "support"
    monthly_limit_usd = "50.00"
    models            = [{ provider = "ollama", name = "llama3.2" }]
    tools             = ["search"]
    leads             = ["alice"]
    agents            = { triage = { instructions = "Sort tickets.", tools = ["search"] } }
    mesh = {
      cidr  = "10.20.0.0/24"
      peers = { gateway = "gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0=" }
    }
  }

  assert {
    condition     = output.agents == { triage = "${var.org}/support-triage" }
    error_message = "The agent has its id."
  }

  assert {
    condition     = output.limit_micro_usd == 50000000 && output.mesh_network == "support"
    error_message = "Budget and network are as they were asked for."
  }
}

# The same team with less: one change and everything that it no longer has deleted.
run "a_smaller_team" {
  variables {
    org               = run.setup.org
    parent_budget     = run.setup.budget
    team              = "support"
    monthly_limit_usd = "20.00"
    models            = [{ provider = "ollama", name = "llama3.2" }]
    agents            = {}
  }

  assert {
    condition     = output.limit_micro_usd == 20000000 && length(output.agents) == 0
    error_message = "The limit is lowered in place and the agent is gone."
  }
}
