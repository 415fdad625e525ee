-- Health of Chaperone's kinds, from their conditions. What the operator has not looked at yet is in progress.
local health = {status = "Progressing", message = "the operator has not looked at it yet"}
if obj.status == nil or obj.status.observedGeneration == nil then
  return health
end
if obj.metadata.generation ~= nil and obj.status.observedGeneration < obj.metadata.generation then
  return health
end
local ready = nil
for _, condition in ipairs(obj.status.conditions or {}) do
  if (condition.type == "Accepted" or condition.type == "ResolvedRefs") and condition.status == "False" then
    return {status = "Degraded", message = condition.reason .. ": " .. condition.message}
  end
  if condition.type == "Ready" then
    ready = condition
  end
end
if ready == nil then
  return health
end
if ready.status == "True" then
  return {status = "Healthy", message = ready.message}
end
return {status = "Progressing", message = ready.reason .. ": " .. ready.message}
