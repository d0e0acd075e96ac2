<?php declare(strict_types=1);
// What the programs that verify have in common.

const MAX_BYTES = 1 << 20; // of content: 1 MiB

// One parameter: an integer or a string (RFC 9421, section 2.3).
const PARAMETER = ';([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\\\["\\\\])*")';
// A label, what is covered, and the parameters: the only member, of one spelling.
const INPUT = '%^(?<label>[a-z*][a-z0-9_.*-]*)='
    . '(?<params>\((?<names>"[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)'
    . '(?<parameters>(?:' . PARAMETER . ')*))$%D';

/** Why a message is refused: one of the codes in docs/reference/errors.md. */
final class Refused extends DomainException
{
    public function __construct(public readonly string $reason)
    {
        parent::__construct("refused: $reason");
    }
}

function demand(bool $condition, string $code): void
{
    if (!$condition) {
        throw new Refused($code);
    }
}

/** Your table of keys goes here. '' for a key that nobody has. */
function secretOf(string $keyid): string
{
    $secrets = [getenv('COUNTERSIGN_KEYID') => getenv('COUNTERSIGN_SECRET')];
    return $keyid === '' ? '' : (string) ($secrets[$keyid] ?? '');
}

/** What a signature says: its label, the names it covers, its parameters, each at most once. */
final class SignatureInput
{
    public readonly string $label;
    /** As received, for the signature base. */
    public readonly string $params;
    public readonly array $names;
    public readonly array $parameters;

    public function __construct(string $text)
    {
        demand(preg_match(INPUT, $text, $member) === 1, 'signature_malformed');
        preg_match_all('%' . PARAMETER . '%', $member['parameters'], $pairs);
        $this->label = $member['label'];
        $this->params = $member['params'];
        $this->names = explode('" "', trim($member['names'], '"'));
        $this->parameters = array_combine($pairs[1], array_map('json_decode', $pairs[2]));

        demand(count($this->parameters) === count($pairs[1]), 'signature_malformed');
        demand(array_unique($this->names) === $this->names, 'signature_malformed');
    }
}

/** Wire format, "Times", in seconds. At `expires` it still counts, a second later no more. */
function checkTimes(array $parameters, int $maxAge = 300, int $futureSkew = 5): void
{
    $now = time();
    $created = $parameters['created'] ?? null;
    $expires = $parameters['expires'] ?? $now;
    demand(is_int($created) && is_int($expires), 'created_missing');
    demand($created <= $now + $futureSkew, 'created_in_future');
    demand($now <= $created + $maxAge && $now <= $expires, 'expired');
}

/** RFC 9421, section 2.5: a line for each covered component, the parameters last. */
function signatureBase(array $values, SignatureInput $signed): string
{
    $base = '';
    foreach ($signed->names as $name) {
        $value = $values[$name] ?? "\n"; // which is refused
        demand(preg_match('/^[\t -~]*$/D', $value) === 1, 'component_unresolvable');
        $base .= "\"$name\": $value\n";
    }
    return "$base\"@signature-params\": $signed->params";
}

/** In constant time, and also for a key that nobody has. */
function checkSignature(string $base, SignatureInput $signed, string $signature): void
{
    $secret = secretOf((string) ($signed->parameters['keyid'] ?? ''));
    // A text secret is its UTF-8 bytes.
    $mac = base64_encode(hash_hmac('sha256', $base, $secret, true));
    $same = hash_equals("$signed->label=:$mac:", $signature);
    $algorithm = $signed->parameters['alg'] ?? 'hmac-sha256';
    demand($same && $secret !== '' && $algorithm === 'hmac-sha256', 'signature_mismatch');
}

/** RFC 9530: what stands for the content among the covered components. */
function contentDigest(string $content): string
{
    return 'sha-256=:' . base64_encode(hash('sha256', $content, true)) . ':';
}

/**
 * Each nonce once: here a new file, elsewhere a row under a unique index, for 310 seconds.
 * Do this last, when all else is well.
 */
function consume(array $parameters): void
{
    $nonce = $parameters['nonce'] ?? null;
    demand(is_string($nonce) && $nonce !== '' && strlen($nonce) <= 128, 'nonce_missing');
    $name = hash('sha256', "{$parameters['keyid']}\n$nonce");
    $file = @fopen(getenv('COUNTERSIGN_NONCES') . '/' . $name, 'x');
    demand($file !== false, 'nonce_replayed');
}
