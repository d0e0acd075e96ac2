<?php declare(strict_types=1);
// Verifies a JSON payload that a browser relayed: php verify-payload-json.php TAG AUDIENCE [SUBJECT] < JSON text
// Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.

const PARAM = ';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\\\["\\\\])*")';
const MEMBER = '%^([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:' . PARAM . ')*))$%D';
const DEFAULTS = ['created' => '', 'expires' => 2 ** 40, 'nonce' => '', 'keyid' => '', 'alg' => 'hmac-sha256'];
const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS | JSON_THROW_ON_ERROR;

function demand(bool $condition, string $code): void { if (!$condition) throw new DomainException("refused: $code"); }

/** RFC 8785 for texts, integers, true, false, null, lists and objects (stdClass); other numbers are refused. */
function canonical(mixed $value): string {
    if (is_array($value)) return '[' . implode(',', array_map('canonical', $value)) . ']';
    demand(!is_float($value) && (!is_int($value) || abs($value) < 2 ** 53), 'payload_malformed');
    if (!is_object($value)) return json_encode($value, JSON);
    $members = [];
    foreach ($value as $k => $v) $members[iconv('UTF-8', 'UTF-16BE', "$k")] = json_encode("$k", JSON) . ':' . canonical($v);
    ksort($members, SORT_STRING); // by the UTF-16 units of the names
    return '{' . implode(',', $members) . '}';
}

/** How many members have a name: fewer after parsing means that one occurred twice. */
function countNames(string $json): int {
    return substr_count(preg_replace('/"(?:[^"\\\\]++|\\\\.)*+"/s', '', $json), ':');
}

/** The bytes that were signed, and nothing else: parse these, not what was received. */
function verify(string $received, string $tag, string $audience, ?string $subject = null): string {
    $keys = [getenv('COUNTERSIGN_KEYID') => getenv('COUNTERSIGN_SECRET') ?: throw new LogicException('COUNTERSIGN_SECRET is missing')];
    try { $data = json_decode($received, false, 64, JSON_THROW_ON_ERROR); } catch (JsonException) { $data = null; }
    demand(is_object($data) && countNames($received) === countNames(canonical($data)), 'payload_malformed');
    demand(!str_contains(canonical($data), '"__proto__":'), 'payload_malformed');
    [$input, $signature] = [$data->{'signature-input'} ?? '', $data->signature ?? ''];
    unset($data->{'signature-input'}, $data->signature);
    demand(is_string($input) && is_string($signature) && preg_match(MEMBER, $input, $member), 'signature_malformed');
    preg_match_all('%' . PARAM . '%', $member[3], $pairs);
    demand(array_unique($pairs[1]) === $pairs[1], 'signature_malformed');
    $given = array_combine($pairs[1], array_map('json_decode', $pairs[2])) + DEFAULTS;
    demand(($given['tag'] ?? '') === "cs1-json:$tag", 'tag_mismatch');
    demand(($given['audience'] ?? '') === $audience, 'audience_mismatch');
    demand($subject === null || ($given['subject'] ?? '') === $subject, 'subject_mismatch');
    ['created' => $created, 'expires' => $expires, 'nonce' => $nonce, 'keyid' => $keyid] = $given;
    demand(is_int($created) && is_int($expires), 'created_missing');
    demand($created <= time() + 5, 'created_in_future');
    demand(time() <= min($created + 300, $expires), 'expired');
    $content = canonical($data);
    $digest = base64_encode(hash('sha256', $content, true));
    $base = "\"content-digest\": sha-256=:$digest:\n\"@signature-params\": $member[2]";
    $mac = base64_encode(hash_hmac('sha256', $base, $keys[$keyid] ?? '?', true));
    $same = hash_equals("$member[1]=:$mac:", $signature) && isset($keys[$keyid]);
    demand($same && $given['alg'] === 'hmac-sha256', 'signature_mismatch');
    demand(is_string($nonce) && $nonce !== '' && strlen($nonce) <= 128, 'nonce_missing');
    // Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    demand(@fopen(getenv('COUNTERSIGN_NONCES') . '/' . hash('sha256', "$keyid\n$nonce"), 'x') !== false, 'nonce_replayed');
    return $content;
}

echo verify(stream_get_contents(STDIN), ...array_slice($argv, 1));
