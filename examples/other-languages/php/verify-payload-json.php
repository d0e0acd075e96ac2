<?php declare(strict_types=1);
// Verifies a JSON payload that a browser relayed.
//
// php verify-payload-json.php TAG AUDIENCE [SUBJECT] < JSON text
//
// Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.

require __DIR__ . '/canonical.php';
require __DIR__ . '/verifier.php';

function readObject(string $received): object
{
    demand(strlen($received) <= MAX_BYTES, 'body_too_large');
    try {
        return readJson($received);
    } catch (ValueError | JsonException) {
        throw new Refused('payload_malformed');
    }
}

/** The bytes that were signed, and nothing else: parse these, not what was received. */
function verify(
    string $received,
    string $tag,
    string $audience,
    ?string $subject = null,
): string {
    $data = readObject($received);
    $signatureInput = $data->{'signature-input'} ?? '';
    $signature = $data->signature ?? '';
    demand(is_string($signatureInput) && is_string($signature), 'signature_malformed');
    unset($data->{'signature-input'}, $data->signature);
    $signed = new SignatureInput($signatureInput);
    $content = canonicalJson($data);

    // For this purpose, for us, about this user, and made just now.
    $parameters = $signed->parameters;
    demand($signed->names === ['content-digest'], 'signature_malformed');
    demand(($parameters['tag'] ?? null) === "cs1-json:$tag", 'tag_mismatch');
    demand(($parameters['audience'] ?? null) === $audience, 'audience_mismatch');
    demand($subject === null || ($parameters['subject'] ?? null) === $subject, 'subject_mismatch');
    checkTimes($parameters);

    $base = signatureBase(['content-digest' => contentDigest($content)], $signed);
    checkSignature($base, $signed, $signature);
    consume($parameters);
    return $content;
}

$address = array_slice($argv, 1);
$received = stream_get_contents(STDIN, MAX_BYTES + 1);
echo verify($received, ...$address);
