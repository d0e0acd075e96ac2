<?php
/** Whether the bytes of a body are those that were signed. */
function content_matches(string $verifiedDigest, string $body): bool
{
    foreach (['sha-256' => 'sha256', 'sha-512' => 'sha512'] as $name => $algorithm) {
        if ($verifiedDigest === "$name=:" . base64_encode(hash($algorithm, $body, true)) . ':') {
            return true;
        }
    }
    return false;
}
