-- wrk: sends the requests of a file, one a line (method, path, token, body, separated by tabs), and prints a line for
-- Tool.cs: requests, microseconds, errors, and the latencies' median and 99th percentile in microseconds. As in Tool.cs,
-- 16 requests are asked by turns, 50 times each, and then the next 16.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { Authorization = "Bearer " .. token, ["Content-Type"] = body ~= "" and "application/json" or nil }
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  local turn, block = at % 16, math.floor(at / (16 * 50)) * 16
  at = at + 1
  return requests[(block + turn) % #requests + 1]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("result %d %d %d %.0f %.0f", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
