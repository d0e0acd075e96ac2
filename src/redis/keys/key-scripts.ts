/**
 * The scripts of a key store in Redis: what belongs together is looked at and written in one of them, and nothing comes between. Every
 * key that a script touches is named to it, as a Redis Cluster wants it.
 *
 * @module
 */

/**
 * Writes all, each with a revision and an event of its own, or none.
 *
 * KEYS: the revision, the generations, the events, the changes, and what the plan names by its place. ARGV: the plan, JSON of texts
 * and lists. Answers the revision before the first change; nil on a conflict.
 *
 * What may fail (there is no memory) comes first, so that nothing is written in part.
 */
export const WRITE = `
local plan = cjson.decode(ARGV[1])
if plan.claim and redis.call('EXISTS', KEYS[plan.claim.at]) == 1 then return false end
for _, write in ipairs(plan.writes) do
  if (redis.call('HGET', KEYS[write.at], 'revision') or '') ~= write.before then return false end
  if write.isNew and redis.call('HEXISTS', KEYS[2], write.generation) == 1 then return false end
end
local first = redis.call('INCRBY', KEYS[1], #plan.writes) - #plan.writes
for index, write in ipairs(plan.writes) do
  local seq = string.format('%.0f', first + index)
  redis.call('XADD', KEYS[3], seq .. '-0', unpack(write.event))
  redis.call('ZADD', KEYS[write.log], seq, seq)
end
if plan.claim then redis.call('HSET', KEYS[plan.claim.at], unpack(plan.claim.fields)) end
for index, write in ipairs(plan.writes) do
  local seq = string.format('%.0f', first + index)
  for _, place in ipairs(write.leaves) do redis.call('ZREM', KEYS[place], write.member) end
  for _, place in ipairs(write.enters) do redis.call('ZADD', KEYS[place[1]], place[2], write.member) end
  if write.record then
    redis.call('HSET', KEYS[write.at], 'record', write.record, 'revision', seq)
    redis.call('HSET', KEYS[2], write.generation, '1')
    redis.call('ZADD', KEYS[4], seq, write.keyid)
  else
    redis.call('DEL', KEYS[write.at])
    redis.call('HDEL', KEYS[2], write.generation)
    redis.call('ZREM', KEYS[4], write.keyid)
  end
  if plan.notify then redis.call('PUBLISH', plan.notify, write.keyid) end
end
return string.format('%.0f', first)
`;

/** KEYS: keys. Answers record, revision, last use and uses of each. */
export const READ = `
local found = {}
for index, key in ipairs(KEYS) do found[index] = redis.call('HMGET', key, 'record', 'revision', 'used', 'uses') end
return found
`;

/** KEYS: keys. ARGV: for each when it was used, and how often. Times go forward only. */
export const TOUCH = `
for index, key in ipairs(KEYS) do
  if redis.call('HEXISTS', key, 'record') == 1 then
    local at = ARGV[2 * index - 1]
    redis.call('HINCRBY', key, 'uses', ARGV[2 * index])
    if tonumber(redis.call('HGET', key, 'used') or '-1') < tonumber(at) then redis.call('HSET', key, 'used', at) end
  end
end
return 'OK'
`;

/** KEYS: the revision. ARGV: what it shall be at least. */
export const RAISE = `
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 'OK'
`;

/** KEYS: the changes. ARGV: after which revision, and how many. Answers keyids, each with its revision behind it. */
export const CHANGES = `
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
`;

/**
 * KEYS: the events, and, for those of one key, their revisions. ARGV: after which revision, and how many. Answers the revision and the
 * fields of each. An event is at \`revision-0\`, so that what comes after one begins at \`revision-1\`.
 */
export const EVENTS = `
if not KEYS[2] then return redis.call('XRANGE', KEYS[1], ARGV[1] .. '-1', '+', 'COUNT', ARGV[2]) end
local found = {}
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])) do
  for _, event in ipairs(redis.call('XRANGE', KEYS[1], seq .. '-0', seq .. '-0')) do found[#found + 1] = event end
end
return found
`;

/** KEYS: a claim. ARGV: its fields. Answers whether it is new. */
export const ADD_CLAIM = `
if redis.call('EXISTS', KEYS[1]) == 1 then return '0' end
redis.call('HSET', KEYS[1], unpack(ARGV))
return '1'
`;

/** KEYS: a claim. ARGV: who tries, when, and the names of its fields. Answers those; nil if there is none. */
export const TRY_CLAIM = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if redis.call('HINCRBY', KEYS[1], 'attempts', 1) == 1 then redis.call('HSET', KEYS[1], 'claimedBy', ARGV[1], 'claimedAt', ARGV[2]) end
return redis.call('HMGET', KEYS[1], unpack(ARGV, 3))
`;
