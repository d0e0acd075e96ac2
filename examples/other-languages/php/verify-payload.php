<?php declare(strict_types=1);
// Verifies a payload that a browser relayed: php verify-payload.php text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
// Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.

const PARAM = ';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\\\["\\\\])*")';
const MEMBER = '%^([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:' . PARAM . ')*))$%D';

function demand(bool $condition, string $code): void { if (!$condition) throw new DomainException("refused: $code"); }

/** The fields as they were sent: $_POST renames some of them. */
function fields(string $received): array {
    $fields = [];
    foreach (explode('&', $received) as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2) + [1 => '']);
        demand(!isset($fields[$name]) && preg_match('//u', $name . $value), 'payload_malformed');
        $fields[$name] = $value;
    }
    return $fields;
}

function canonical(string $kind, array $fields): string {
    demand($kind === 'text' ? array_keys($fields) === ['payload'] : $fields !== [], 'payload_malformed');
    if ($kind === 'text') return $fields['payload'];
    $pairs = [];
    foreach ($fields as $name => $value) $pairs[rawurlencode((string) $name)] = rawurlencode($value);
    ksort($pairs, SORT_STRING);
    return implode('&', array_map(fn($name, $value) => "$name=$value", array_keys($pairs), $pairs));
}

/** The bytes that were signed, and nothing else: use these, not what was received. */
function verify(string $received, string $kind, string $tag, string $audience, ?string $subject = null): string {
    $keys = [getenv('COUNTERSIGN_KEYID') => getenv('COUNTERSIGN_SECRET') ?: throw new LogicException('COUNTERSIGN_SECRET is missing')];
    $fields = fields($received) + ['signature-input' => '', 'signature' => ''];
    demand(preg_match(MEMBER, $fields['signature-input'], $member) === 1, 'signature_malformed');
    preg_match_all('%' . PARAM . '%', $member[3], $pairs);
    $given = array_combine($pairs[1], array_map('json_decode', $pairs[2]));
    demand(count($given) === count($pairs[1]), 'signature_malformed');
    $content = canonical($kind, array_diff_key($fields, ['signature-input' => '', 'signature' => '']));
    demand(($given['tag'] ?? null) === "cs1-$kind:$tag", 'tag_mismatch');
    demand(($given['audience'] ?? null) === $audience, 'audience_mismatch');
    demand($subject === null || ($given['subject'] ?? null) === $subject, 'subject_mismatch');
    [$created, $expires, $nonce] = [$given['created'] ?? null, $given['expires'] ?? 2 ** 40, $given['nonce'] ?? null];
    demand(is_int($created) && is_int($expires), 'created_missing');
    demand($created <= time() + 5, 'created_in_future');
    demand(time() <= min($created + 300, $expires), 'expired');
    $digest = base64_encode(hash('sha256', $content, true));
    $base = "\"content-digest\": sha-256=:$digest:\n\"@signature-params\": $member[2]";
    $keyid = $given['keyid'] ?? '';
    $mac = base64_encode(hash_hmac('sha256', $base, $keys[$keyid] ?? '?', true));
    $same = hash_equals("$member[1]=:$mac:", $fields['signature']) && isset($keys[$keyid]);
    demand($same && ($given['alg'] ?? 'hmac-sha256') === 'hmac-sha256', 'signature_mismatch');
    demand(is_string($nonce) && $nonce !== '' && strlen($nonce) <= 128, 'nonce_missing');
    // Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    demand(@fopen(getenv('COUNTERSIGN_NONCES') . '/' . hash('sha256', "$keyid\n$nonce"), 'x') !== false, 'nonce_replayed');
    return $content;
}

echo verify(stream_get_contents(STDIN), ...array_slice($argv, 1));
