<?php declare(strict_types=1);
// Signs a payload that the customer's browser relays.
//
// php sign-payload.php text|form|json TAG AUDIENCE [SUBJECT] < payload
//
// text: one opaque text; form: urlencoded fields. Prints urlencoded fields, to be hidden inputs.
// json: one JSON object. Prints it with the two members of the signature.

require __DIR__ . '/canonical.php';

/** RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped. */
function structuredString(string $text): string
{
    if (preg_match('/^[ -~]*$/D', $text) !== 1) {
        throw new ValueError('not printable ASCII');
    }
    return '"' . addcslashes($text, '"\\') . '"';
}

/** A variable of the environment that must not be empty. */
function required(string $variable): string
{
    return getenv($variable) ?: throw new LogicException("$variable is missing");
}

/** The two members that stand beside the data. $content is the data's canonical text. */
function sign(string $content, string $tag, string $audience, ?string $subject = null): array
{
    // The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
    $nonce = rtrim(strtr(base64_encode(random_bytes(16)), '+/', '-_'), '=');
    $params = '("content-digest");created=' . time() . ";nonce=\"$nonce\"";
    $params .= ';keyid=' . structuredString(required('COUNTERSIGN_KEYID'));
    $params .= ';tag=' . structuredString($tag);
    $params .= ';audience=' . structuredString($audience);
    if ($subject !== null) {
        $params .= ';subject=' . structuredString($subject);
    }

    // The signature base (RFC 9421, section 2.5): the digest (RFC 9530) stands for the data.
    $digest = base64_encode(hash('sha256', $content, true));
    $base = "\"content-digest\": sha-256=:$digest:\n\"@signature-params\": $params";
    // A text secret is its UTF-8 bytes.
    $mac = base64_encode(hash_hmac('sha256', $base, required('COUNTERSIGN_SECRET'), true));
    return ['signature-input' => "sig=$params", 'signature' => "sig=:$mac:"];
}

/** The data, and its canonical text. */
function readPayload(string $kind, string $text): array
{
    if ($kind === 'text') {
        return [['payload' => $text], $text];
    }
    if ($kind === 'form') {
        $fields = readForm($text);
        return [$fields, canonicalForm($fields)];
    }
    $data = readJson($text);
    return [(array) $data, canonicalJson($data)];
}

$kind = $argv[1];
$tag = $argv[2];
$address = array_slice($argv, 3);
[$data, $content] = readPayload($kind, stream_get_contents(STDIN));
if (isset($data['signature-input']) || isset($data['signature'])) {
    throw new ValueError('it has a signature');
}

$signed = $data + sign($content, "cs1-$kind:$tag", ...$address);
echo $kind === 'json' ? canonicalJson((object) $signed) : canonicalForm($signed);
