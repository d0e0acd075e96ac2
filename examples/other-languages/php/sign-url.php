<?php declare(strict_types=1);
// Signs a URL that somebody else will open: php sign-url.php METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN: in seconds.
// `once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
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

/** RFC 4648, section 5, without padding. */
function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function refuseSigned(string $query): void
{
    foreach (explode('&', $query) as $pair) {
        $name = urldecode(explode('=', $pair, 2)[0]);
        if (in_array(strtolower($name), ['signature-input', 'signature'], true)) {
            throw new ValueError('the URL has a signature');
        }
    }
}

/** The URL with two more parameters: wire format, "Query carrier". */
function signUrl(string $method, string $url, int $expiresIn, bool $once = false): string
{
    if (preg_match(FINAL_URL, $url, $parts) !== 1) {
        throw new ValueError('not a percent-encoded URL without fragment');
    }
    $authority = withoutDefaultPort($parts['authority'], $parts['scheme']);
    $path = $parts['path'] === '' ? '/' : $parts['path'];
    refuseSigned($parts['query'] ?? '');
    $query = formSpelling($parts['query'] ?? '');

    // The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
    $created = time();
    $expires = $created + $expiresIn;
    $params = "(\"@method\" \"@authority\" \"@path\" \"@query\");created=$created;expires=$expires";
    if ($once) {
        $nonce = base64url(random_bytes(16));
        $params .= ";nonce=\"$nonce\"";
    }
    $params .= ';keyid=' . structuredString(required('COUNTERSIGN_KEYID')) . ';tag="cs1-url"';

    // The signature base (RFC 9421, section 2.5): a line for each component, the parameters last.
    $base = implode("\n", [
        "\"@method\": $method",
        "\"@authority\": $authority",
        "\"@path\": $path",
        "\"@query\": ?$query",
        "\"@signature-params\": $params",
    ]);
    // A text secret is its UTF-8 bytes.
    $mac = base64_encode(hash_hmac('sha256', $base, required('COUNTERSIGN_SECRET'), true));

    $pairs = $query === '' ? [] : [$query];
    $pairs[] = 'signature-input=' . base64url("sig=$params");
    $pairs[] = 'signature=' . base64url("sig=:$mac:");
    return explode('?', $url)[0] . '?' . implode('&', $pairs);
}

[, $method, $url, $expiresIn] = $argv;
$once = ($argv[4] ?? '') === 'once';
echo signUrl($method, $url, (int) $expiresIn, $once), "\n";
