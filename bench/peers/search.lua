-- POST Patient/_search, each for a hash of its own; the status must be 200 and the Bundle's total 1.
-- wrk ... -s search.lua <url> -- <file with three lines: path, body up to the hash, length of the hash>
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  path = lines[1]
  head = lines[2]
  digits = '%0' .. lines[3] .. 'd'
  headers = {
    ['Accept'] = 'application/fhir+json',
    ['Accept-Encoding'] = 'identity',
    ['Content-Type'] = 'application/x-www-form-urlencoded',
  }
  made = 0
  verified = 0
  bad = 0
end

function request()
  made = made + 1
  return wrk.format('POST', path, headers, head .. string.format(digits, made))
end

function response(status, _, body)
  if status == 200 and string.find(body, '"total":1,', 1, true) then verified = verified + 1 else bad = bad + 1 end
end

function done(summary)
  local sums = { verified = 0, bad = 0 }
  for _, thread in ipairs(threads) do
    sums.verified = sums.verified + thread:get('verified')
    sums.bad = sums.bad + thread:get('bad')
  end
  local errors = summary.errors
  print(string.format('verified %d bad %d errors %d', sums.verified, sums.bad,
    errors.connect + errors.read + errors.write + errors.timeout))
end
