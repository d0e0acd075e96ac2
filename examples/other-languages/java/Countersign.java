// What all programs have in common. They are compiled at once: javac -d classes *.java
import java.security.*;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class Countersign {
    static final String KEYID = System.getenv("COUNTERSIGN_KEYID"), SECRET = System.getenv("COUNTERSIGN_SECRET");

    /** A structured field string: printable ASCII only, the quote and the backslash escaped. */
    static String quote(String text) {
        if (!text.matches("[ -~]*")) throw new IllegalArgumentException("not printable ASCII");
        return '"' + text.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    static String nonce() {
        var random = new byte[16];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** The names of what is covered, as the parameters begin. */
    static String names(Map<String, String> covered) {
        return "(\"" + String.join("\" \"", covered.keySet()) + "\")";
    }

    /** The text that is signed: what is covered, a line each, and the parameters. */
    static String base(Map<String, String> covered, String params) {
        var lines = new StringBuilder();
        covered.forEach((name, value) -> lines.append('"').append(name).append("\": ").append(value).append('\n'));
        return lines + "\"@signature-params\": " + params;
    }

    /** The Content-Digest of a content. */
    static String digest(byte[] content) throws GeneralSecurityException {
        var hash = MessageDigest.getInstance("SHA-256").digest(content);
        return "sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":";
    }

    /** The signature of a base. A text secret is its UTF-8 bytes. */
    static String sign(String base, String secret) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        return "sig=:" + Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(UTF_8))) + ":";
    }
}
