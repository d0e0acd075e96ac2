// Signs a payload that the customer's browser relays: java sign-payload.java text|form TAG AUDIENCE [SUBJECT]
//
// text: one opaque text on stdin; form: urlencoded fields. Prints urlencoded fields, to become hidden inputs.
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.*;
import java.time.Instant;
import java.util.*;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class SignPayload {
    /** A structured field string: printable ASCII only, the quote and the backslash escaped. */
    static String quote(String text) {
        if (!text.matches("[ -~]*")) throw new IllegalArgumentException("not printable ASCII");
        return '"' + text.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    /** Keeps RFC 3986's unreserved characters. */
    static String percent(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    /** Sorted by the encoded names. */
    static String canonical(Map<String, String> fields) {
        var encoded = new TreeMap<String, String>();
        fields.forEach((name, value) -> encoded.put(percent(name), percent(value)));
        return encoded.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue()).collect(Collectors.joining("&"));
    }

    /** Adds the two fields that stand beside the data. */
    static void sign(Map<String, String> fields, String content, String[] address) throws GeneralSecurityException {
        var nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        var params = "(\"content-digest\");created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(nonce) + "\""
            + ";keyid=" + quote(System.getenv("COUNTERSIGN_KEYID"))
            + ";tag=" + quote("cs1-" + address[0] + ":" + address[1]) + ";audience=" + quote(address[2])
            + (address.length > 3 ? ";subject=" + quote(address[3]) : "");
        var encoder = Base64.getEncoder();
        var digest = encoder.encodeToString(MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8)));
        var base = "\"content-digest\": sha-256=:" + digest + ":\n\"@signature-params\": " + params;
        var mac = Mac.getInstance("HmacSHA256"); // with a text secret: its UTF-8 bytes
        mac.init(new SecretKeySpec(System.getenv("COUNTERSIGN_SECRET").getBytes(UTF_8), "HmacSHA256"));
        var taken = fields.put("signature-input", "sig=" + params);
        var also = fields.put("signature", "sig=:" + encoder.encodeToString(mac.doFinal(base.getBytes(UTF_8))) + ":");
        if (taken != null || also != null) throw new IllegalArgumentException("it has a signature");
    }

    public static void main(String[] args) throws Exception {
        var content = new String(System.in.readAllBytes(), UTF_8);
        var fields = new HashMap<String, String>();
        if (args[0].equals("text")) fields.put("payload", content);
        else for (var pair : content.split("&")) {
            var parts = (pair + "=").split("=", -1);
            var earlier = fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
            if (earlier != null) throw new IllegalArgumentException("a name occurs twice");
        }
        sign(fields, args[0].equals("text") ? content : canonical(fields), args);
        System.out.print(canonical(fields));
        System.out.flush();
    }
}
