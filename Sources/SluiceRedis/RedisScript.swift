/// A script that Redis runs as one step.
struct RedisScript: Sendable {
    let name: String
    let source: String
}

/// The scripts of limits. Their keys are those of ``LimitKeys``. All numbers are whole; Lua keeps them exact up to 2^53.
extension RedisScript {
    static let all = [reserve, settle, renew, check]

    /// Takes what a request demands, or nothing.
    ///
    /// Arguments: ID, lease in seconds, the limits of requests, tokens, concurrency, day and month (-1: none), tokens, cost, whether the
    /// request is new, the second that its tokens are counted in (of one that is not new), and when day and month end.
    /// Reply: granted, refusing limit, wait in milliseconds (-1: for ever), used, second, and remaining and reset of requests and tokens.
    static let reserve = RedisScript(
        name: "reserve",
        source: """
            local time = redis.call('TIME')
            local second = tonumber(time[1])
            local now = second * 1000 + math.floor(tonumber(time[2]) / 1000)
            local maximum = {}
            for i = 1, 5 do maximum[i] = tonumber(ARGV[i + 2]) end
            local tokens, cost, isNew = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10] == '1'
            local function whole(number) return string.format('%d', number) end

            -- What processes held that are no more.
            local dead = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. second, 'LIMIT', 0, 1000)
            for _, id in ipairs(dead) do
                local amount = redis.call('HGET', KEYS[3], id)
                if amount then
                    redis.call('HINCRBY', KEYS[3], 'sum', whole(-tonumber(amount)))
                    redis.call('HDEL', KEYS[3], id)
                end
                redis.call('ZREM', KEYS[2], id)
            end

            local used, buckets = {r = 0, t = 0}, {r = {}, t = {}}
            local fields = redis.call('HGETALL', KEYS[1])
            for i = 1, #fields, 2 do
                local kind, at = string.sub(fields[i], 1, 1), tonumber(string.sub(fields[i], 2))
                if at < second - 60 then
                    redis.call('HDEL', KEYS[1], fields[i])
                else
                    used[kind] = used[kind] + tonumber(fields[i + 1])
                    table.insert(buckets[kind], {at, tonumber(fields[i + 1])})
                end
            end
            for _, list in pairs(buckets) do
                table.sort(list, function(a, b) return a[1] < b[1] end)
            end
            local function room(kind, amount, limit)
                if amount > limit then return -1 end
                local excess = used[kind] + amount - limit
                if excess <= 0 then return 0 end
                for _, bucket in ipairs(buckets[kind]) do
                    excess = excess - bucket[2]
                    if excess <= 0 then return (bucket[1] + 61) * 1000 - now end
                end
                return 0
            end

            local refused, longest, taken = -1, 0, 0
            local function note(kind, wait, amount)
                if wait == 0 or longest == -1 then return end
                if wait == -1 or wait > longest then refused, longest, taken = kind, wait, amount end
            end
            if isNew and maximum[1] >= 0 then note(0, room('r', 1, maximum[1]), used.r) end
            if maximum[2] >= 0 then note(1, room('t', tokens, maximum[2]), used.t) end
            if isNew and maximum[3] >= 0 then
                local running = redis.call('ZCARD', KEYS[2])
                if running >= maximum[3] then note(2, 1000, running) end
            end
            local held = tonumber(redis.call('HGET', KEYS[3], 'sum') or '0')
            for i = 4, 5 do
                local limit = maximum[i]
                if limit >= 0 then
                    local spent = tonumber(redis.call('GET', KEYS[i]) or '0')
                    local wait = 0
                    if cost > limit then
                        wait = -1
                    elseif spent >= limit or spent + cost > limit then
                        wait = math.max(1, tonumber(ARGV[i + 8]) * 1000 - now)
                    elseif spent + held + cost > limit then
                        wait = 1000
                    end
                    note(i - 1, wait, math.floor(spent / 1000))
                end
            end

            if refused < 0 then
                local at = isNew and second or tonumber(ARGV[11])
                if at < second - 60 then at = second end
                local function count(kind, amount)
                    redis.call('HINCRBY', KEYS[1], kind .. whole(at), whole(amount))
                    redis.call('EXPIRE', KEYS[1], 130)
                    used[kind] = used[kind] + amount
                    table.insert(buckets[kind], {at, amount})
                end
                if isNew and maximum[1] >= 0 then count('r', 1) end
                if maximum[2] >= 0 then count('t', tokens) end
                if maximum[3] >= 0 or maximum[4] >= 0 or maximum[5] >= 0 then
                    redis.call('ZADD', KEYS[2], second + tonumber(ARGV[2]), ARGV[1])
                    redis.call('HINCRBY', KEYS[3], ARGV[1], whole(cost))
                    redis.call('HINCRBY', KEYS[3], 'sum', whole(cost))
                    redis.call('EXPIRE', KEYS[2], tonumber(ARGV[2]) + 60)
                    redis.call('EXPIRE', KEYS[3], tonumber(ARGV[2]) + 60)
                end
            end
            local function standing(kind, limit)
                local last = buckets[kind][#buckets[kind]]
                local reset = last and math.max(0, (last[1] + 61) * 1000 - now) or 0
                return math.max(0, limit - used[kind]), reset
            end
            local requests, requestReset = standing('r', maximum[1])
            local rest, tokenReset = standing('t', maximum[2])
            return {
                refused < 0 and 1 or 0, refused, longest, taken, second, requests, requestReset,
                rest, tokenReset,
            }
            """)

    /// Puts what a request came to in the place of what was taken for it.
    ///
    /// Arguments: ID, the second that its tokens were counted in, tokens taken (-1: not counted), tokens used, cost (-1: no budget), when
    /// day and month end, and the number of the settlement among those of its process, which come in order. The last key has the number of
    /// the one that came last, for two hours. Reply: 0 for one that has come before.
    static let settle = RedisScript(
        name: "settle",
        source: """
            if tonumber(ARGV[8]) <= tonumber(redis.call('GET', KEYS[6]) or '0') then return 0 end
            redis.call('SET', KEYS[6], ARGV[8], 'EX', 7200)
            local second = tonumber(redis.call('TIME')[1])
            local function whole(number) return string.format('%d', number) end
            local amount = redis.call('HGET', KEYS[3], ARGV[1])
            if amount then
                redis.call('HINCRBY', KEYS[3], 'sum', whole(-tonumber(amount)))
                redis.call('HDEL', KEYS[3], ARGV[1])
            end
            redis.call('ZREM', KEYS[2], ARGV[1])
            local taken = tonumber(ARGV[3])
            if taken >= 0 then
                local difference = tonumber(ARGV[4]) - taken
                local at = tonumber(ARGV[2])
                if at >= second - 60 then
                    redis.call('HINCRBY', KEYS[1], 't' .. whole(at), whole(difference))
                    redis.call('EXPIRE', KEYS[1], 130)
                elseif difference > 0 then
                    redis.call('HINCRBY', KEYS[1], 't' .. whole(second), whole(difference))
                    redis.call('EXPIRE', KEYS[1], 130)
                end
            end
            if tonumber(ARGV[5]) > 0 then
                for i = 4, 5 do
                    -- Beyond 2^53 numbers are not exact, and far beyond no command adds them.
                    local spent = tonumber(redis.call('GET', KEYS[i]) or '0') + tonumber(ARGV[5])
                    redis.call('SET', KEYS[i], whole(math.min(spent, 9007199254740992)))
                    redis.call('EXPIREAT', KEYS[i], tonumber(ARGV[i + 2]) + 86400)
                end
            end
            return 1
            """)

    /// Says whether the server would take a count.
    static let check = RedisScript(
        name: "check", source: "redis.call('SET', KEYS[1], '1', 'EX', 60) return 1")

    /// Says that a process still holds what it holds. Arguments: lease in seconds, and IDs.
    static let renew = RedisScript(
        name: "renew",
        source: """
            local ends = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[1])
            for i = 2, #ARGV do redis.call('ZADD', KEYS[2], 'XX', ends, ARGV[i]) end
            redis.call('EXPIRE', KEYS[2], tonumber(ARGV[1]) + 60)
            redis.call('EXPIRE', KEYS[3], tonumber(ARGV[1]) + 60)
            return 1
            """)
}
