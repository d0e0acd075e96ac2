// Verifies a payload that a browser relayed: java verify-payload.java text|form TAG AUDIENCE [SUBJECT] < urlencoded fields
//
// Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.*;
import java.security.*;
import java.time.Instant;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyPayload {
    static final String TEXT = "\"((?:[ !#-\\[\\]-~]++|\\\\[\"\\\\])*+)\"";
    /** What countersign signs, as it writes it; nothing else is taken. */
    static final Pattern MEMBER = Pattern.compile("sig=(\\(\"content-digest\"\\);created=(\\d{1,12})(?:;expires=(\\d{1,12}))?"
        + ";nonce=\"([\\w-]{1,128})\";keyid=" + TEXT + ";tag=" + TEXT + ";audience=" + TEXT + "(?:;subject=" + TEXT + ")?)");
    static final Map<String, String> SECRETS = Map.of(System.getenv("COUNTERSIGN_KEYID"), System.getenv("COUNTERSIGN_SECRET"));

    static void demand(boolean condition, String code) {
        if (!condition) throw new SecurityException("refused: " + code);
    }

    static String unquote(String text) {
        return text == null ? null : text.replaceAll("\\\\(.)", "$1");
    }

    /** Keeps RFC 3986's unreserved characters. */
    static String percent(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    /** The text that was signed. */
    static String canonical(String kind, Map<String, String> fields) {
        demand(kind.equals("text") ? fields.keySet().equals(Set.of("payload")) : !fields.isEmpty(), "payload_malformed");
        if (kind.equals("text")) return fields.get("payload");
        var encoded = new TreeMap<String, String>();
        fields.forEach((name, value) -> encoded.put(percent(name), percent(value)));
        return encoded.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue()).collect(Collectors.joining("&"));
    }

    /** The text that was signed, and nothing else: use this, not what was received. */
    static String verify(String received, String kind, String tag, String audience, String subject) throws Exception {
        var fields = new HashMap<String, String>();
        for (var pair : received.split("&")) {
            var parts = (pair + "=").split("=", -1);
            var earlier = fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
            demand(earlier == null, "payload_malformed");
        }
        var member = MEMBER.matcher(Objects.requireNonNullElse(fields.remove("signature-input"), ""));
        var signature = Objects.requireNonNullElse(fields.remove("signature"), "");
        demand(member.matches(), "signature_malformed");
        var content = canonical(kind, fields);
        demand(unquote(member.group(6)).equals("cs1-" + kind + ":" + tag), "tag_mismatch");
        demand(unquote(member.group(7)).equals(audience), "audience_mismatch");
        demand(subject == null || subject.equals(unquote(member.group(8))), "subject_mismatch");
        long now = Instant.now().getEpochSecond(), created = Long.parseLong(member.group(2));
        demand(created <= now + 5, "created_in_future");
        demand(now <= created + 300 && (member.group(3) == null || now <= Long.parseLong(member.group(3))), "expired");
        var keyid = unquote(member.group(5));
        demand(SECRETS.containsKey(keyid), "signature_mismatch");
        var sha256 = MessageDigest.getInstance("SHA-256");
        var digest = Base64.getEncoder().encodeToString(sha256.digest(content.getBytes(UTF_8)));
        var base = "\"content-digest\": sha-256=:" + digest + ":\n\"@signature-params\": " + member.group(1);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRETS.get(keyid).getBytes(UTF_8), "HmacSHA256"));
        var expected = "sig=:" + Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(UTF_8))) + ":";
        demand(MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8)), "signature_mismatch");
        // Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
        var once = HexFormat.of().formatHex(sha256.digest((keyid + "\n" + member.group(4)).getBytes(UTF_8)));
        try { Files.createFile(Path.of(System.getenv("COUNTERSIGN_NONCES"), once)); }
        catch (FileAlreadyExistsException replayed) { demand(false, "nonce_replayed"); }
        return content;
    }

    public static void main(String[] args) throws Exception {
        var received = new String(System.in.readAllBytes(), UTF_8);
        System.out.write(verify(received, args[0], args[1], args[2], args.length > 3 ? args[3] : null).getBytes(UTF_8));
        System.out.flush();
    }
}
