<?php declare(strict_types=1);
// Signs a payload that the customer's browser relays: php sign-payload.php text|form|json TAG AUDIENCE [SUBJECT]
//
// text: one opaque text on stdin; form: urlencoded fields; both print urlencoded fields, to become hidden inputs.
// json: one JSON object on stdin; prints it with the two members of the signature.

const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS | JSON_THROW_ON_ERROR;

/** A structured field string: printable ASCII only, the quote and the backslash escaped. */
function quote(string $text): string {
    if (!preg_match('/^[ -~]*$/D', $text)) throw new ValueError('not printable ASCII');
    return '"' . addcslashes($text, '"\\') . '"';
}

function canonicalForm(array $fields): string {
    $pairs = [];
    foreach ($fields as $name => $value) $pairs[rawurlencode((string) $name)] = rawurlencode($value);
    ksort($pairs, SORT_STRING);
    return implode('&', array_map(fn($name, $value) => "$name=$value", array_keys($pairs), $pairs));
}

/** RFC 8785 for texts, integers, true, false, null, lists and objects (stdClass): write other numbers as texts. */
function canonicalJson(mixed $value): string {
    if (is_array($value)) return '[' . implode(',', array_map('canonicalJson', $value)) . ']';
    if (is_float($value) || is_int($value) && abs($value) >= 2 ** 53) throw new ValueError('write numbers as texts');
    if (!is_object($value)) return json_encode($value, JSON);
    $members = [];
    foreach ($value as $name => $member) {
        $members[iconv('UTF-8', 'UTF-16BE', "$name")] = json_encode("$name", JSON) . ':' . canonicalJson($member);
    }
    ksort($members, SORT_STRING); // by the UTF-16 units of the names
    return '{' . implode(',', $members) . '}';
}

/** The two members that stand beside the data; $content is the data's canonical text. */
function sign(string $content, string $tag, string $audience, ?string $subject = null): array {
    $nonce = rtrim(strtr(base64_encode(random_bytes(16)), '+/', '-_'), '=');
    $params = '("content-digest");created=' . time() . ";nonce=\"$nonce\";keyid=" . quote(getenv('COUNTERSIGN_KEYID'));
    $params .= ';tag=' . quote($tag) . ';audience=' . quote($audience);
    if ($subject !== null) $params .= ';subject=' . quote($subject);
    $digest = base64_encode(hash('sha256', $content, true));
    $base = "\"content-digest\": sha-256=:$digest:\n\"@signature-params\": $params";
    $mac = base64_encode(hash_hmac('sha256', $base, getenv('COUNTERSIGN_SECRET'), true));
    return ['signature-input' => "sig=$params", 'signature' => "sig=:$mac:"];
}

[, $kind, $tag] = $argv;
$text = stream_get_contents(STDIN);
$data = $kind === 'text' ? ['payload' => $text] : [];
foreach ($kind === 'form' ? explode('&', $text) : [] as $pair) {
    [$name, $value] = explode('=', $pair, 2) + [1 => ''];
    if (isset($data[urldecode($name)])) throw new ValueError('a field occurs twice');
    $data[urldecode($name)] = urldecode($value);
}
if ($kind === 'json') $data = json_decode($text, false, 64, JSON_THROW_ON_ERROR);
if (array_intersect_key((array) $data, ['signature-input' => 0, 'signature' => 0])) throw new ValueError('it has a signature');
$content = $kind === 'text' ? $text : ($kind === 'form' ? canonicalForm($data) : canonicalJson($data));
$signed = (array) $data + sign($content, "cs1-$kind:$tag", ...array_slice($argv, 3));
echo $kind === 'json' ? canonicalJson((object) $signed) : canonicalForm($signed);
