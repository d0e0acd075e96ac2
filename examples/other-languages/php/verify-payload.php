<?php declare(strict_types=1);
// Verifies a payload that a browser relayed.
//
// php verify-payload.php text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
//
// Prints what was signed: the opaque text, or the form fields.
// The subject is the user whose session it arrived in.

require __DIR__ . '/canonical.php';
require __DIR__ . '/verifier.php';

/** Wire format, "Text" and "Form": what was digested. */
function canonical(string $kind, array $fields): string
{
    if ($kind === 'form') {
        demand($fields !== [], 'payload_malformed');
        return canonicalForm($fields);
    }
    demand(array_keys($fields) === ['payload'], 'payload_malformed');
    return $fields['payload'];
}

function readFields(string $received): array
{
    demand(strlen($received) <= MAX_BYTES, 'body_too_large');
    try {
        return readForm($received);
    } catch (ValueError) {
        throw new Refused('payload_malformed');
    }
}

/** The bytes that were signed, and nothing else: use these, not what was received. */
function verify(
    string $received,
    string $kind,
    string $tag,
    string $audience,
    ?string $subject = null,
): string {
    $fields = readFields($received);
    $signed = new SignatureInput($fields['signature-input'] ?? '');
    $signature = $fields['signature'] ?? '';
    unset($fields['signature-input'], $fields['signature']);
    $content = canonical($kind, $fields);

    // For this purpose, for us, about this user, and made just now.
    $parameters = $signed->parameters;
    demand($signed->names === ['content-digest'], 'signature_malformed');
    demand(($parameters['tag'] ?? null) === "cs1-$kind:$tag", 'tag_mismatch');
    demand(($parameters['audience'] ?? null) === $audience, 'audience_mismatch');
    demand($subject === null || ($parameters['subject'] ?? null) === $subject, 'subject_mismatch');
    checkTimes($parameters);

    $base = signatureBase(['content-digest' => contentDigest($content)], $signed);
    checkSignature($base, $signed, $signature);
    consume($parameters);
    return $content;
}

$kind = $argv[1];
$address = array_slice($argv, 2);
$received = stream_get_contents(STDIN, MAX_BYTES + 1);
echo verify($received, $kind, ...$address);
