<?php declare(strict_types=1);
// Signs a request and sends it: php sign-request.php METHOD URL [CONTENT-TYPE] < content

// A URL that no parser on the way changes: scheme, authority, path, query.
const ONE = '[\w.~!$&()*+,;=:@/-]|%[0-9A-Fa-f]{2}';
const FINAL_URL = '{^(https?)://([\w.:-]+)(/(?:' . ONE . ')*|)(?:\?((?:\?|' . ONE . ')*))?$}D';

/** A structured field string: printable ASCII only, the quote and the backslash escaped. */
function quote(string $text): string
{
    if (!preg_match('/^[ -~]*$/D', $text)) throw new ValueError('not printable ASCII');
    return '"' . addcslashes($text, '"\\') . '"';
}

/** The fields to send. The URL must be percent-encoded already: what is signed is what arrives. */
function sign(string $method, string $url, string $contentType, string $content): array
{
    if (!preg_match(FINAL_URL, $url, $parts)) throw new ValueError('not a percent-encoded URL');
    [, $scheme, $authority, $path, $query] = $parts + [4 => ''];
    $fields = $content === '' ? [] : [
        'content-type' => $contentType,
        'content-digest' => 'sha-256=:' . base64_encode(hash('sha256', $content, true)) . ':',
    ];
    $covered = [
        '@method' => $method,
        '@authority' => preg_replace($scheme === 'https' ? '/:443$/' : '/:80$/', '', strtolower($authority)),
        '@path' => $path === '' ? '/' : $path,
        '@query' => "?$query",
    ] + $fields;
    $nonce = rtrim(strtr(base64_encode(random_bytes(16)), '+/', '-_'), '=');
    $params = '("' . implode('" "', array_keys($covered)) . '");created=' . time() . ";nonce=\"$nonce\"";
    $params .= ';keyid=' . quote(getenv('COUNTERSIGN_KEYID'));
    $base = '';
    foreach ($covered as $name => $value) $base .= "\"$name\": $value\n";
    // A text secret is its UTF-8 bytes.
    $mac = hash_hmac('sha256', "$base\"@signature-params\": $params", getenv('COUNTERSIGN_SECRET'), true);
    return $fields + ['signature-input' => "sig=$params", 'signature' => 'sig=:' . base64_encode($mac) . ':'];
}

[, $method, $url, $contentType] = $argv + [3 => 'application/json'];
$content = stream_get_contents(STDIN);
$header = [];
foreach (sign($method, $url, $contentType, $content) as $name => $value) $header[] = "$name: $value";
// No redirect is followed: a signature is for one URL.
$http = ['method' => $method, 'header' => $header, 'content' => $content, 'protocol_version' => '1.1', 'timeout' => 30,
    'follow_location' => 0, 'ignore_errors' => true];
$answer = file_get_contents($url, false, stream_context_create(['http' => $http]));
echo $answer;
exit(preg_match('/^HTTP\S+ 2/', $http_response_header[0] ?? '') ? 0 : 1);
