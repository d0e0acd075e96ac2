<?php declare(strict_types=1);
// Signs a request and sends it: php sign-request.php METHOD URL [CONTENT-TYPE] < content
//
// The URL must be percent-encoded already.
require __DIR__ . '/spelling.php';

// A URL that no parser on the way changes.
const CHARACTER = '[A-Za-z0-9_.~!$&()*+,;=:@/-]|%[0-9A-Fa-f]{2}';
const FINAL_URL = '{^(?<scheme>https?)://(?<authority>[A-Za-z0-9._:-]+)'
    . '(?<path>/(?:' . CHARACTER . ')*|)(?:\?(?<query>(?:\?|' . CHARACTER . ')*))?$}D';

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

/** RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port. */
function withoutDefaultPort(string $authority, string $scheme): string
{
    $defaultPort = $scheme === 'https' ? '/:443$/' : '/:80$/';
    return preg_replace($defaultPort, '', strtolower($authority));
}

/** The fields that the request gets. */
function sign(string $method, string $url, string $contentType, string $content): array
{
    if (preg_match(FINAL_URL, $url, $parts) !== 1) {
        throw new ValueError('not a percent-encoded URL');
    }
    $fields = [];
    if ($content !== '') {
        // RFC 9530: the digest stands for the content, so that the signature covers it.
        $fields['content-type'] = $contentType;
        $digest = base64_encode(hash('sha256', $content, true));
        $fields['content-digest'] = "sha-256=:$digest:";
    }

    // What is covered, in the order of the wire format, "Components".
    $covered = [
        '@method' => $method,
        '@authority' => withoutDefaultPort($parts['authority'], $parts['scheme']),
        '@path' => $parts['path'] === '' ? '/' : $parts['path'],
        '@query' => '?' . ($parts['query'] ?? ''),
        ...$fields,
    ];
    $names = '"' . implode('" "', array_keys($covered)) . '"';

    // RFC 9421, section 2.3: the parameters of the signature.
    $nonce = rtrim(strtr(base64_encode(random_bytes(16)), '+/', '-_'), '=');
    $params = "($names);created=" . time() . ";nonce=\"$nonce\"";
    $params .= ';keyid=' . structuredString(required('COUNTERSIGN_KEYID'));

    // RFC 9421, section 2.5: the signature base, a line for each component, the parameters last.
    $base = '';
    foreach ($covered as $name => $value) {
        $base .= "\"$name\": $value\n";
    }
    $base .= "\"@signature-params\": $params";

    // A text secret is its UTF-8 bytes.
    $mac = base64_encode(hash_hmac('sha256', $base, required('COUNTERSIGN_SECRET'), true));
    return $fields + ['signature-input' => "sig=$params", 'signature' => "sig=:$mac:"];
}

[, $method, $url] = $argv;
[$bare, $query] = [...explode('?', $url, 2), null];
if ($query !== null) {
    $url = $bare . '?' . defaultSpelling($query);
}
$contentType = $argv[3] ?? 'application/json';
$content = stream_get_contents(STDIN);
$header = [];
foreach (sign($method, $url, $contentType, $content) as $name => $value) {
    $header[] = "$name: $value";
}

$http = [
    'method' => $method,
    'header' => $header,
    'content' => $content,
    'protocol_version' => '1.1',
    'timeout' => 30,
    'follow_location' => 0, // a signature is for one URL
    'ignore_errors' => true,
];
echo file_get_contents($url, false, stream_context_create(['http' => $http]));
$status = $http_response_header[0] ?? '';
exit(preg_match('/^HTTP\S+ 2/', $status) ? 0 : 1);
