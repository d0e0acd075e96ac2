// What the programs that verify have in common.
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

final class Verifier {
    /** Of content: 1 MiB. */
    private static final int MAX_BYTES = 1 << 20;

    /** All that there is, unless it is too much. */
    static byte[] read(InputStream stream) throws IOException {
        var content = stream.readNBytes(MAX_BYTES + 1);
        Refused.unless(content.length <= MAX_BYTES, "body_too_large");
        return content;
    }

    /** Your table of keys goes here. null for a key that nobody has. */
    static String secretOf(String keyid) {
        var known = Countersign.required("COUNTERSIGN_KEYID").equals(keyid);
        return known ? Countersign.required("COUNTERSIGN_SECRET") : null;
    }

    /** Wire format, "Times", in seconds. At `expires` it still counts, a second later no more. */
    static void checkTimes(SignatureInput signed, long maxAge, long futureSkew) {
        var now = Instant.now().getEpochSecond();
        var created = signed.integer("created", -1);
        var expires = signed.integer("expires", now);
        Refused.unless(created <= now + futureSkew, "created_in_future");
        Refused.unless(now <= created + maxAge && now <= expires, "expired");
    }

    /** RFC 9421, section 2.5: the signature base, with the parameters as received. */
    static String base(SignatureInput signed, Map<String, String> values) {
        var covered = new LinkedHashMap<String, String>();
        for (var name : signed.names) {
            var value = values.get(name);
            var plain = value != null && value.matches("[\t -~]*");
            Refused.unless(plain, "component_unresolvable");
            covered.put(name, value);
        }
        return Countersign.base(covered, signed.params);
    }

    /** In constant time, and also for a key that nobody has. */
    static void checkSignature(SignatureInput signed, String base, String signature)
        throws GeneralSecurityException {
        var secret = secretOf(signed.text("keyid"));
        var mac = Countersign.sign(base, secret == null ? "?" : secret);
        var expected = (signed.label + "=" + mac).getBytes(StandardCharsets.UTF_8);
        var received = signature.getBytes(StandardCharsets.UTF_8);
        var same = MessageDigest.isEqual(expected, received);
        Refused.unless(same && secret != null, "signature_mismatch");

        var algorithm = signed.parameters.getOrDefault("alg", "\"hmac-sha256\"");
        Refused.unless(algorithm.equals("\"hmac-sha256\""), "signature_mismatch");
    }

    /**
     * Each nonce once: here a new file, elsewhere a row under a unique index, for 310 seconds.
     * Do this last, when all else is well.
     */
    static void consume(SignatureInput signed) throws GeneralSecurityException, IOException {
        var nonce = signed.text("nonce");
        var usable = nonce != null && !nonce.isEmpty() && nonce.length() <= 128;
        Refused.unless(usable, "nonce_missing");
        var message = (signed.text("keyid") + "\n" + nonce).getBytes(StandardCharsets.UTF_8);
        var hash = MessageDigest.getInstance("SHA-256").digest(message);
        var once = new File(System.getenv("COUNTERSIGN_NONCES"), HexFormat.of().formatHex(hash));
        Refused.unless(once.createNewFile(), "nonce_replayed");
    }
}
