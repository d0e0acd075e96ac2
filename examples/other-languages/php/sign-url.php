<?php declare(strict_types=1);
// Signs a URL that somebody else will open: php sign-url.php METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.

// A URL that no parser on the way changes: scheme, authority, path, query; no fragment.
const ONE = '[\w.~!$&()*+,;=:@/-]|%[0-9A-Fa-f]{2}';
const FINAL_URL = '{^(https?)://([\w.:-]+)(/(?:' . ONE . ')*|)(?:\?((?:\?|' . ONE . ')*))?$}D';

/** A structured field string: printable ASCII only, the quote and the backslash escaped. */
function quote(string $text): string {
    if (!preg_match('/^[ -~]*$/D', $text)) throw new ValueError('not printable ASCII');
    return '"' . addcslashes($text, '"\\') . '"';
}

/** The URL must be percent-encoded already: what is signed is what is sent. */
function signUrl(string $method, string $url, int $expiresIn, bool $once = false): string {
    if (!preg_match(FINAL_URL, $url, $parts)) throw new ValueError('not a percent-encoded URL without fragment');
    [, $scheme, $authority, $path, $query] = $parts + [4 => ''];
    foreach (explode('&', $query) as $pair) {
        $name = strtolower(urldecode(explode('=', $pair, 2)[0]));
        if ($name === 'signature-input' || $name === 'signature') throw new ValueError('the URL has a signature');
    }
    $authority = preg_replace($scheme === 'https' ? '/:443$/' : '/:80$/', '', strtolower($authority));
    $nonce = rtrim(strtr(base64_encode(random_bytes(16)), '+/', '-_'), '=');
    $params = '("@method" "@authority" "@path" "@query");created=' . time() . ';expires=' . (time() + $expiresIn);
    $params .= ($once ? ";nonce=\"$nonce\"" : '') . ';keyid=' . quote(getenv('COUNTERSIGN_KEYID')) . ';tag="cs1-url"';
    $path = $path === '' ? '/' : $path;
    $base = "\"@method\": $method\n\"@authority\": $authority\n\"@path\": $path\n\"@query\": ?$query\n";
    $base .= "\"@signature-params\": $params";
    // A text secret is its UTF-8 bytes.
    $mac = base64_encode(hash_hmac('sha256', $base, getenv('COUNTERSIGN_SECRET'), true));
    $separator = str_contains($url, '?') ? ($query === '' ? '' : '&') : '?';
    return "$url{$separator}signature-input=" . rawurlencode("sig=$params") . '&signature=' . rawurlencode("sig=:$mac:");
}

echo signUrl($argv[1], $argv[2], (int) $argv[3], ($argv[4] ?? '') === 'once'), "\n";
