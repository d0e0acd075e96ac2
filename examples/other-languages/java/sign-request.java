// Signs a request and sends it: java sign-request.java METHOD URL [CONTENT-TYPE] < content
import java.net.URI;
import java.net.http.*;
import java.security.*;
import java.time.Instant;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class SignRequest {
    /** What no parser on the way changes: what is signed is what arrives. */
    static final String FINAL = "(?:[\\w.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})++";

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** A structured field string: printable ASCII only, the quote and the backslash escaped. */
    static String quote(String text) {
        if (!text.matches("[ -~]*")) throw new IllegalArgumentException("not printable ASCII");
        return '"' + text.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    /** The fields to send. */
    static Map<String, String> sign(String method, URI url, String contentType, byte[] content) throws GeneralSecurityException {
        var fields = new LinkedHashMap<String, String>();
        if (content.length > 0) {
            fields.put("content-type", contentType);
            fields.put("content-digest", "sha-256=:" + base64(MessageDigest.getInstance("SHA-256").digest(content)) + ":");
        }
        var port = url.getScheme().equals("https") ? ":443$" : ":80$";
        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", url.getRawAuthority().toLowerCase(Locale.ROOT).replaceFirst(port, ""));
        covered.put("@path", url.getRawPath().isEmpty() ? "/" : url.getRawPath());
        covered.put("@query", "?" + Objects.requireNonNullElse(url.getRawQuery(), ""));
        covered.putAll(fields);
        var nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        var params = "(\"" + String.join("\" \"", covered.keySet()) + "\");created=" + Instant.now().getEpochSecond()
            + ";nonce=\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(nonce) + "\""
            + ";keyid=" + quote(System.getenv("COUNTERSIGN_KEYID"));
        var base = new StringBuilder();
        covered.forEach((name, value) -> base.append('"').append(name).append("\": ").append(value).append('\n'));
        var mac = Mac.getInstance("HmacSHA256"); // with a text secret: its UTF-8 bytes
        mac.init(new SecretKeySpec(System.getenv("COUNTERSIGN_SECRET").getBytes(UTF_8), "HmacSHA256"));
        fields.put("signature-input", "sig=" + params);
        fields.put("signature", "sig=:" + base64(mac.doFinal((base + "\"@signature-params\": " + params).getBytes(UTF_8))) + ":");
        return fields;
    }

    public static void main(String[] args) throws Exception {
        if (!args[1].matches(FINAL)) throw new IllegalArgumentException("not a percent-encoded URL");
        var content = System.in.readAllBytes();
        var request = HttpRequest.newBuilder(URI.create(args[1])).method(args[0], HttpRequest.BodyPublishers.ofByteArray(content));
        sign(args[0], URI.create(args[1]), args.length > 2 ? args[2] : "application/json", content).forEach(request::header);
        // This client follows no redirect: a signature is for one URL.
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        System.out.write(answer.body());
        System.out.flush();
        System.exit(answer.statusCode() / 100 == 2 ? 0 : 1);
    }
}
