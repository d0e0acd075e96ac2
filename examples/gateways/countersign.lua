local VERIFIER = 'http://127.0.0.1:9421/'
local LONGEST_BODY = 131072
local SECRET = os.getenv('GATEWAY_SECRET')
local VERIFIED = { 'x-verified-keyid', 'x-verified-tenant', 'x-verified-owner', 'x-verified-scopes', 'x-verified-content-digest' }
-- What belongs to one connection, and not to the message.
local HOP = { ['connection'] = true, ['transfer-encoding'] = true, ['content-length'] = true, ['host'] = true, ['expect'] = true, ['keep-alive'] = true, ['upgrade'] = true }

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, values in pairs(headers) do
    if not HOP[name] then
      for _, value in pairs(values) do reply:add_header(name, value) end
    end
  end
  reply:set_body(body or '')
  txn:done(reply)
end

core.register_action('verify', { 'http-req' }, function(txn)
  -- A longer one may be here in part, and its rest would go to the backend unseen.
  local body = txn.sf:req_body()
  if #body > LONGEST_BODY then return refuse(txn, 413, {}) end
  local headers = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    if not HOP[name] then
      headers[name] = {}
      for _, value in pairs(values) do table.insert(headers[name], value) end
    end
  end
  headers['x-original-method'] = { txn.sf:method() }
  headers['x-original-uri'] = { txn.sf:pathq() }
  headers['x-original-host'] = { txn.sf:req_fhdr('host') }
  headers['x-original-scheme'] = { txn.sf:ssl_fc() == 1 and 'https' or 'http' }
  headers['x-gateway-secret'] = { SECRET }

  local asked = core.httpclient():post({ url = VERIFIER, headers = headers, body = body, timeout = 5000 })
  if not asked or asked.status ~= 200 then
    local status = asked and asked.status or 0
    return refuse(txn, status >= 400 and status or 503, status >= 400 and asked.headers or {}, status >= 400 and asked.body)
  end
  for _, name in ipairs(VERIFIED) do
    local values = asked.headers[name]
    txn.http:req_set_header(name, values and (values[0] or values[1]) or '')
  end
  txn:set_var('txn.verified', 'yes')
end)
