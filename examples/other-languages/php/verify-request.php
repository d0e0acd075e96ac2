<?php declare(strict_types=1);
// Verifies requests and answers with the content that was signed.
//
// php -S 127.0.0.1:8080 verify-request.php

require __DIR__ . '/verifier.php';

/** Wire format, "Components": what every request must cover. */
function checkCoverage(array $names, array $fields, string $content): void
{
    $present = array_intersect(['content-type', 'content-encoding'], array_keys($fields));
    $needed = ['@method', '@authority', '@path', '@query', ...$present];
    if ($content !== '') {
        $needed[] = 'content-digest';
    }
    demand(array_diff($needed, $names) === [], 'component_uncovered');
}

/**
 * Throws unless all is well.
 *
 * $target: path and query, as they arrived.
 * $fields: by lower-case names; the lines of one name joined with ', '.
 */
function verify(string $method, string $target, array $fields, string $content): void
{
    demand(isset($fields['signature-input'], $fields['signature']), 'signature_missing');
    $signed = new SignatureInput($fields['signature-input']);
    demand(!isset($signed->parameters['tag']), 'tag_mismatch');
    demand(strlen($content) <= MAX_BYTES, 'body_too_large');
    checkCoverage($signed->names, $fields, $content);
    checkTimes($signed->parameters);

    // RFC 9421, section 2.2: what is derived from the request, beside its fields.
    [$path, $query] = explode('?', $target, 2) + [1 => ''];
    $derived = [
        '@method' => $method,
        // Who we are, as clients write it: never what Host says.
        '@authority' => getenv('COUNTERSIGN_AUTHORITY'),
        '@path' => $path,
        '@query' => "?$query",
    ];
    $base = signatureBase($derived + $fields, $signed);
    checkSignature($base, $signed, $fields['signature']);

    // RFC 9530: the digest was signed, and this is the content that it was made of.
    if (in_array('content-digest', $signed->names, true)) {
        demand($fields['content-digest'] === contentDigest($content), 'digest_mismatch');
    }
    consume($signed->parameters);
}

/** Wire format, "Answers": a problem document (RFC 9457). */
function refuse(string $code): void
{
    header('Content-Type: application/problem+json', true, 401);
    header("WWW-Authenticate: Signature error=\"$code\"");
    $type = "urn:countersign:problem:$code";
    echo json_encode(['type' => $type, 'status' => 401, 'code' => $code, 'now' => time()]);
}

$method = $_SERVER['REQUEST_METHOD'];
$target = $_SERVER['REQUEST_URI'];
$fields = array_change_key_case(getallheaders());
$content = file_get_contents('php://input', length: MAX_BYTES + 1);
try {
    verify($method, $target, $fields, $content);
    echo $content; // your application goes here, with the content that was verified
} catch (Refused $refusal) {
    refuse($refusal->reason);
}
