<?php declare(strict_types=1);
// Verifies a license, offline.
//
// php verify-license.php PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license
//
// The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
// Prints the terms.

require __DIR__ . '/canonical.php';
require __DIR__ . '/verifier.php';

const UNDERSTOOD = ['features', 'machine']; // and the members of your own that this program obeys
const FOR_EVER = 1 << 40;

function decodeBase64url(string $text): string
{
    return sodium_base642bin($text, SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);
}

function readLicense(string $received): object
{
    demand(strlen($received) <= MAX_BYTES, 'payload_malformed');
    try {
        $oneLine = preg_replace('/\s+/', '', $received);
        $text = str_starts_with($oneLine, '{') ? $received : decodeBase64url($oneLine);
        // Mail programs wrap lines, also inside of texts.
        return readJson(preg_replace('/[\r\n]+/', '', $text));
    } catch (SodiumException | ValueError | JsonException) {
        throw new Refused('payload_malformed');
    }
}

/** RFC 8032, over the same base as every signature. */
function checkEd25519(string $base, string $label, mixed $signature, string $publicKey): void
{
    $pattern = '%^' . preg_quote($label, '%') . '=:([A-Za-z0-9+/]{86}==):$%D';
    $fits = is_string($signature) && preg_match($pattern, $signature, $member) === 1;
    demand($fits, 'signature_malformed');
    $bytes = base64_decode($member[1]);
    $key = decodeBase64url($publicKey);
    demand(sodium_crypto_sign_verify_detached($bytes, $base, $key), 'signature_mismatch');
}

/** The terms that were signed, as canonical JSON. Machine and subject only where they matter. */
function verify(
    string $received,
    string $product,
    array $publicKeys,
    ?string $machine = null,
    ?string $subject = null,
): string {
    $terms = readLicense($received);
    $signatureInput = $terms->{'signature-input'} ?? '';
    $signature = $terms->signature ?? '';
    demand(is_string($signatureInput), 'signature_malformed');
    unset($terms->{'signature-input'}, $terms->signature);
    $signed = new SignatureInput($signatureInput);
    $content = canonicalJson($terms);

    $parameters = $signed->parameters;
    demand($signed->names === ['content-digest'], 'signature_malformed');
    demand(($parameters['tag'] ?? null) === "cs1-license:$product", 'tag_mismatch');
    demand($subject === null || ($parameters['subject'] ?? null) === $subject, 'subject_mismatch');
    // It counts until it expires. The clocks of customers are less exact.
    checkTimes($parameters, FOR_EVER, 300);

    $publicKey = $publicKeys[$parameters['keyid'] ?? ''] ?? null;
    $algorithm = $parameters['alg'] ?? 'ed25519';
    demand($publicKey !== null && $algorithm === 'ed25519', 'key_unknown');
    $base = signatureBase(['content-digest' => contentDigest($content)], $signed);
    checkEd25519($base, $signed->label, $signature, $publicKey);

    demand(array_diff($terms->critical ?? [], UNDERSTOOD) === [], 'critical_unknown');
    demand(($terms->machine ?? $machine) === $machine, 'machine_mismatch');
    return $content;
}

[, $product, $keyid, $publicKey] = $argv;
$received = stream_get_contents(STDIN, MAX_BYTES + 1);
echo verify($received, $product, [$keyid => $publicKey], ...array_slice($argv, 4));
