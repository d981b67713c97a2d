-- wrk: sends the requests of a file, one a line (method, path, token, body, separated by tabs), in turn, and prints a
-- line for Wrk.cs: requests, microseconds, errors, and the latencies' median and 99th percentile in microseconds.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { Authorization = "Bearer " .. token, ["Content-Type"] = body ~= "" and "application/json" or nil }
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("result %d %d %d %.0f %.0f", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
