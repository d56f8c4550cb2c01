-- The load of `make bench`, for wrk: realistic responses of about 200 bytes, posted without an id.
--
--   wrk … -s load.lua http://ADDRESS -- post /v1/surveys/bench/responses
--   wrk … -s load.lua http://ADDRESS -- get /v1/surveys/bench/score
--   wrk … -s load.lua http://ADDRESS -- visits /v1/surveys/bench/responses
--   wrk … -s load.lua http://ADDRESS -- people /v1/surveys/bench/responses
--   wrk … -s load.lua http://ADDRESS -- events /v1/surveys/bench/events
--   wrk … -s load.lua http://ADDRESS -- page /s/bench
--   wrk … -s load.lua http://ADDRESS -- batch /v1/responses
--
-- Of "visits" each response has a respondent, who answers now and then, and a visit of its own; of "people" each
-- has a respondent who has not answered before; "events" reports visits as shown, each once; "page" posts what a
-- page of a survey does, as a form, and "batch" a thousand responses a request.
--
-- The requests are made before the run (wrk has one core to itself and should spend it on sending), each different
-- from the others. The last line of the output is one JSON object.

local POOL = 4096
local BATCH = 1000
local touchpoints = { "checkout", "delivery", "support", "returns", "app" }
local channels = { "web", "email", "ios", "android" }
local locales = { "en", "de", "fr", "pt-BR" }
local plans = { "free", "team", "business" }
local scores = { 10, 9, 10, 8, 9, 7, 10, 6, 9, 3, 8, 10, 5, 9, 0, 8 }
local words = { "delivery", "was", "quick", "and", "the", "support", "team", "answered", "within", "an", "hour",
  "but", "invoice", "arrived", "late", "again", "would", "recommend" }

local requests = {}
local tails = nil -- of requests that have a number in the middle
local position = 0
local number = 0

local function pick(list)
  return list[math.random(#list)]
end

local function event()
  return string.format('","touchpoint":"%s","channel":"%s","locale":"%s","properties":{"plan":"%s"}}',
    pick(touchpoints), pick(channels), pick(locales), pick(plans))
end

local function body(number)
  local comment = {}
  for i = 1, 8 do comment[i] = pick(words) end
  return string.format(
    '{"score":%d,"comment":"%s %d","touchpoint":"%s","channel":"%s","locale":"%s","properties":{"plan":"%s"}}',
    pick(scores), table.concat(comment, " "), number, pick(touchpoints), pick(channels), pick(locales), pick(plans))
end

-- The same response as a form.
local function form(number)
  local comment = {}
  for i = 1, 8 do comment[i] = pick(words) end
  return string.format("revision=1&score=%d&comment=%s+%d&touchpoint=%s&channel=%s&locale=%s&property.plan=%s" ..
    "&further_remarks=", pick(scores), table.concat(comment, "+"), number, pick(touchpoints), pick(channels),
    pick(locales), pick(plans))
end

function init(args)
  local method, path = args[1] or "post", args[2] or "/v1/surveys/bench/responses"
  math.randomseed(20261124)
  if method == "get" then
    requests[1] = wrk.format("GET", path)
  elseif method == "visits" or method == "events" or method == "people" then
    tails = {}
    local run = string.format("%08x", math.floor(os.time()) % 2 ^ 32)
    for i = 1, POOL do
      local said = string.format('{"%s":"%s-', method == "people" and "respondent" or "visit", run)
      local tail = method == "events" and '","type":"shown' .. event()
        or method == "people" and '",' .. body(i):sub(2)
        or string.format('","respondent":"customer-%d",', math.random(100000)) .. body(i):sub(2)
      local length = #said + 10 + #tail
      tails[i] = tail
      requests[i] = string.format("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n" ..
        "Content-Length: %d\r\n\r\n%s", path, wrk.host, length, said)
    end
  elseif method == "batch" then
    local headers = { ["Content-Type"] = "application/x-ndjson", ["Authorization"] = wrk.headers["Authorization"] }
    for i = 1, 8 do
      local lines = {}
      for j = 1, BATCH do lines[j] = '{"survey":"bench",' .. body(j):sub(2) end
      requests[i] = wrk.format("POST", path, headers, table.concat(lines, "\n"))
    end
  elseif method == "page" then
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    for i = 1, POOL do requests[i] = wrk.format("POST", path, headers, form(i)) end
  else
    local headers = { ["Content-Type"] = "application/json" }
    for i = 1, POOL do requests[i] = wrk.format("POST", path, headers, body(i)) end
  end
end

function request()
  position = position % #requests + 1
  if not tails then return requests[position] end
  number = number + 1
  return requests[position] .. string.format("%010d", number) .. tails[position]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration_us":%d,"bytes":%d,"per_second":%.1f,"errors":%d,"status_errors":%d,' ..
    '"connect_errors":%d,"read_errors":%d,"write_errors":%d,"timeouts":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, summary.bytes, summary.requests / summary.duration * 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout, errors.status, errors.connect,
    errors.read, errors.write, errors.timeout, latency:percentile(50), latency:percentile(99), latency.max))
end
