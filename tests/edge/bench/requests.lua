-- Sends the bodies of a file, one a line, and says at the end what was measured, as one line of JSON.
--   wrk ... -s requests.lua URL -- KEY BODIES FIRST once|again
-- `once`: a body is never sent twice, and the run ends with the last one.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[1] }
  bodies = {}
  for line in io.lines(args[2]) do
    bodies[#bodies + 1] = line
  end
  at = tonumber(args[3])
  once = args[4] == "once"
end

function request()
  at = at + 1
  if at > #bodies then
    if once then
      wrk.thread:stop()
    end
    at = 1
  end
  return wrk.format("POST", nil, headers, bodies[at])
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"p50_us":%d,"p99_us":%d,"requests":%d,"seconds":%.6f,"at":%d,"refused":%d,"broken":%d}',
    latency:percentile(50), latency:percentile(99), summary.requests, summary.duration / 1e6, threads[1]:get("at"),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
