/**
 * The script that records nonces in Redis: one round trip, and nothing comes between looking and recording.
 *
 * @module
 */

/** Seconds by which the clock of Redis, which forgets by it, and a verifier's may differ. */
const CLOCK_TOLERANCE = 60;

/**
 * KEYS: the epoch; then for each nonce its own key and that of its scope.
 *
 * ARGV: now, futureSkew, whether the first epoch begins warm (1 or 0), whether the server is told by its run id (1 or 0); then for each nonce
 * created, when its class of lifetime ends, the place of that class, whether the message says itself when it ends (1 or 0); in the end the
 * classes, in seconds.
 *
 * The epoch is `run-id started futureSkew`. It is looked at here and not outside: a server that fails over and back keeps its run id, but
 * not its data. A scope has the places of the classes in which its messages live as long as a policy says: what one of them may have
 * forgotten already is cold for a longer policy.
 */
export const CONSUME: string = /* @__PURE__ */ (() => `
local clock = tonumber(redis.call('TIME')[1])
local now, skew, warm = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local run = '-'
if ARGV[4] == '1' then run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') end
local count = (#KEYS - 1) / 2
local classes = 4 + 4 * count
local epoch = redis.call('GET', KEYS[1])
local owner, started, widest = string.match(epoch or '', '^(%S+) (%d+) (%d+)$')
started, widest = tonumber(started or 0), tonumber(widest or 0)
local late = clock - now > ${CLOCK_TOLERANCE}
if owner ~= run or widest < skew or (late and started < now) then
  if owner ~= run and (epoch or not warm) then started = math.max(clock, now) end
  if late then started = math.max(started, now) end
  owner, widest = run, math.max(widest, skew)
  redis.call('SET', KEYS[1], string.format('%s %.0f %.0f', owner, started, widest))
end
for index = 1, count do
  local at = 4 + 4 * (index - 1)
  local created, class = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 3])
  if redis.call('EXISTS', KEYS[2 * index]) == 1 then return 'replayed' end
  if math.abs(clock - now) > ${CLOCK_TOLERANCE} or created <= started + widest + 1 then return 'cold' end
  for place in string.gmatch(redis.call('GET', KEYS[2 * index + 1]) or '', '%d') do
    if tonumber(place) <= class and created + tonumber(ARGV[classes + place + 1]) + 1 < clock then return 'cold' end
  end
end
for index = 1, count do
  local at = 4 + 4 * (index - 1)
  local created, ends, class = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3]
  redis.call('SET', KEYS[2 * index], '1', 'EXAT', string.format('%.0f', ends + ${CLOCK_TOLERANCE}))
  if ARGV[at + 4] == '0' then
    local scope = KEYS[2 * index + 1]
    local places = redis.call('GET', scope) or ''
    local until_ = created + 2 * tonumber(ARGV[#ARGV])
    if not string.find(places, class, 1, true) then
      redis.call('SET', scope, places .. class, 'EXAT', string.format('%.0f', until_))
    elseif redis.call('TTL', scope) < tonumber(ARGV[#ARGV]) + 86400 then
      redis.call('EXPIREAT', scope, string.format('%.0f', until_))
    end
  end
end
return 'consumed'
`)();
