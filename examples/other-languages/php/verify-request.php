<?php declare(strict_types=1);
// Verifies requests and answers with the content that was signed: php -S 127.0.0.1:8080 verify-request.php

const PARAM = ';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\\\["\\\\])*")';
const MEMBER = '%^([a-z*][a-z0-9_.*-]*)=(\(("[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)((?:' . PARAM . ')*))$%D';

function demand(bool $condition, string $code): void { if (!$condition) throw new DomainException($code); }

/** Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds. */
function consume(string $keyid, string $nonce): void {
    $file = @fopen(getenv('COUNTERSIGN_NONCES') . '/' . hash('sha256', "$keyid\n$nonce"), 'x');
    demand($file !== false, 'nonce_replayed');
}

/** $fields: lower-case names, lines of one name joined with ', '. Throws unless all is well. */
function verify(string $method, string $target, array $fields, string $content): void {
    $keys = [getenv('COUNTERSIGN_KEYID') => getenv('COUNTERSIGN_SECRET') ?: throw new LogicException('COUNTERSIGN_SECRET is missing')];
    demand(isset($fields['signature-input'], $fields['signature']), 'signature_missing');
    demand(preg_match(MEMBER, $fields['signature-input'], $member) === 1, 'signature_malformed');
    preg_match_all('%' . PARAM . '%', $member[4], $pairs);
    $names = explode('" "', trim($member[3], '"'));
    $given = array_combine($pairs[1], array_map('json_decode', $pairs[2]));
    demand(count($given) === count($pairs[1]) && array_unique($names) === $names, 'signature_malformed');
    demand(!isset($given['tag']), 'tag_mismatch');
    $present = array_intersect(['content-type', 'content-encoding'], array_keys($fields));
    $needed = ['@method', '@authority', '@path', '@query', ...$present, ...($content === '' ? [] : ['content-digest'])];
    demand(array_diff($needed, $names) === [], 'component_uncovered');
    [$created, $expires, $nonce] = [$given['created'] ?? null, $given['expires'] ?? 2 ** 40, $given['nonce'] ?? null];
    demand(is_int($created) && is_int($expires), 'created_missing');
    demand($created <= time() + 5, 'created_in_future');
    demand(time() <= min($created + 300, $expires), 'expired');
    [$path, $query] = explode('?', $target, 2) + [1 => ''];
    // Who we are, as clients write it: never what Host says.
    $own = ['@method' => $method, '@authority' => getenv('COUNTERSIGN_AUTHORITY'), '@path' => $path, '@query' => "?$query"];
    [$base, $known] = ['', $own + $fields];
    foreach ($names as $name) {
        demand(preg_match('/^[\t -~]*$/D', $known[$name] ?? "\n") === 1, 'component_unresolvable');
        $base .= "\"$name\": $known[$name]\n";
    }
    $keyid = $given['keyid'] ?? '';
    $mac = base64_encode(hash_hmac('sha256', "$base\"@signature-params\": $member[2]", $keys[$keyid] ?? '?', true));
    $same = hash_equals("$member[1]=:$mac:", $fields['signature']) && isset($keys[$keyid]);
    demand($same && ($given['alg'] ?? 'hmac-sha256') === 'hmac-sha256', 'signature_mismatch');
    $digest = 'sha-256=:' . base64_encode(hash('sha256', $content, true)) . ':';
    demand(!in_array('content-digest', $names) || $fields['content-digest'] === $digest, 'digest_mismatch');
    demand(is_string($nonce) && $nonce !== '' && strlen($nonce) <= 128, 'nonce_missing');
    consume($keyid, $nonce);
}

$content = file_get_contents('php://input', length: 1 << 20); // what is cut off fits no digest
try {
    verify($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], array_change_key_case(getallheaders()), $content);
    echo $content; // your application goes here, with the content that was verified
} catch (DomainException $refusal) {
    header('Content-Type: application/problem+json', true, 401);
    $code = $refusal->getMessage();
    header("WWW-Authenticate: Signature error=\"$code\"");
    echo json_encode(['type' => "urn:countersign:problem:$code", 'status' => 401, 'code' => $code, 'now' => time()]);
}
