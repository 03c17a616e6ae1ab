-- What Argo CD shows of an object of Lattice, from its conditions. It says what tools on kstatus say, and that an object is paused.

local function condition(type)
  for _, each in ipairs(obj.status.conditions or {}) do
    if each.type == type then
      return each
    end
  end
  return {}
end

local function health(status, message)
  return { status = status, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "it is being deleted")
end
-- First, for nothing else of a paused object is news: neither a change of it nor a fault is looked at.
if (obj.metadata.annotations or {})["lattice.dev/paused"] == "true" then
  return health("Suspended", "nothing is done while the annotation lattice.dev/paused says so")
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "the controller has not looked at this generation yet")
end
local stalled = condition("Stalled")
if stalled.status == "True" then
  return health("Degraded", stalled.message)
end
local reconciling = condition("Reconciling")
if reconciling.status == "True" then
  return health("Progressing", reconciling.message)
end
local ready = condition("Ready")
if ready.status == "True" then
  return health("Healthy", ready.message)
end
return health("Progressing", ready.message or "it is not known to be ready yet")
