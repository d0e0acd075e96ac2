<?php declare(strict_types=1);
// Verifies a license, offline: php verify-license.php PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.

const PARAM = ';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\\\["\\\\])*")';
const MEMBER = '%^([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:' . PARAM . ')*))$%D';
const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS | JSON_THROW_ON_ERROR;
const URLSAFE = SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING;
const UNDERSTOOD = ['features', 'machine']; // and the members of your own that this program obeys

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

/** The terms that were signed, as canonical JSON. */
function verify(string $text, string $product, array $publicKeys, ?string $machine = null, ?string $subject = null): string {
    try {
        $oneLine = preg_replace('/\s+/', '', $text);
        if (!str_starts_with($oneLine, '{')) $text = sodium_base642bin($oneLine, URLSAFE);
        $terms = json_decode(preg_replace('/[\r\n]+/', '', $text), false, 64, JSON_THROW_ON_ERROR); // mail programs wrap lines
    } catch (SodiumException | JsonException) { $terms = null; }
    demand(is_object($terms) && countNames($text) === countNames(canonical($terms)), 'payload_malformed');
    $fits = preg_match(MEMBER, (string) ($terms->{'signature-input'} ?? ''), $member)
        && preg_match("%^\Q$member[1]\E=:([A-Za-z0-9+/]{86}==):$%D", (string) ($terms->signature ?? ''), $signature);
    demand($fits, 'signature_malformed');
    unset($terms->{'signature-input'}, $terms->signature);
    preg_match_all('%' . PARAM . '%', $member[3], $pairs);
    demand(array_unique($pairs[1]) === $pairs[1], 'signature_malformed');
    $given = array_combine($pairs[1], array_map('json_decode', $pairs[2])) + ['expires' => 2 ** 40, 'alg' => 'ed25519'];
    demand(($given['tag'] ?? '') === "cs1-license:$product", 'tag_mismatch');
    demand($subject === null || ($given['subject'] ?? '') === $subject, 'subject_mismatch');
    demand(is_int($given['created'] ?? '') && is_int($given['expires']), 'created_missing');
    demand($given['created'] <= time() + 300, 'created_in_future');
    demand(time() <= $given['expires'], 'expired');
    demand(isset($publicKeys[$given['keyid'] ?? '']) && $given['alg'] === 'ed25519', 'key_unknown');
    $base = '"content-digest": sha-256=:' . base64_encode(hash('sha256', canonical($terms), true)) . ":\n\"@signature-params\": $member[2]";
    $key = sodium_base642bin($publicKeys[$given['keyid']], URLSAFE);
    demand(sodium_crypto_sign_verify_detached(base64_decode($signature[1]), $base, $key), 'signature_mismatch');
    demand(array_diff($terms->critical ?? [], UNDERSTOOD) === [], 'critical_unknown');
    demand(($terms->machine ?? $machine) === $machine, 'machine_mismatch');
    return canonical($terms);
}

echo verify(stream_get_contents(STDIN), $argv[1], [$argv[2] => $argv[3]], ...array_slice($argv, 4));
