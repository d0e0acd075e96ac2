// What all programs have in common. They are compiled at once: javac -d classes *.java
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class Countersign {
    /** A URL of characters that no parser on the way changes, without a fragment. */
    static final String FINAL_URL = "(?:[A-Za-z0-9_.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})++";

    /** A variable of the environment that must not be empty. */
    static String required(String variable) {
        var value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(variable + " is missing");
        }
        return value;
    }

    /** RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped. */
    static String structuredString(String text) {
        if (!text.matches("[ -~]*")) {
            throw new IllegalArgumentException("not printable ASCII");
        }
        var escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
        return '"' + escaped + '"';
    }

    /** 16 random bytes. */
    static String nonce() {
        var random = new byte[16];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port. */
    static String authorityOf(URI url) {
        var defaultPort = url.getScheme().equals("https") ? ":443$" : ":80$";
        return url.getRawAuthority().toLowerCase(Locale.ROOT).replaceFirst(defaultPort, "");
    }

    /** RFC 9530: what stands for the content among the covered components. */
    static String contentDigest(byte[] content) throws GeneralSecurityException {
        var hash = MessageDigest.getInstance("SHA-256").digest(content);
        return "sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":";
    }

    /** The names of what is covered, with which the parameters begin. */
    static String names(Map<String, String> covered) {
        return "(\"" + String.join("\" \"", covered.keySet()) + "\")";
    }

    /** RFC 9421, section 2.5: the signature base, a line for each component, parameters last. */
    static String base(Map<String, String> covered, String params) {
        var lines = new StringBuilder();
        covered.forEach((name, value) -> {
            lines.append('"').append(name).append("\": ").append(value).append('\n');
        });
        return lines + "\"@signature-params\": " + params;
    }

    /** The HMAC-SHA256 of a signature base, as it is sent. A text secret is its UTF-8 bytes. */
    static String sign(String base, String secret) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        var bytes = mac.doFinal(base.getBytes(StandardCharsets.UTF_8));
        return ":" + Base64.getEncoder().encodeToString(bytes) + ":";
    }
}
