// Verifies requests: java verify-request.java PORT serves on 127.0.0.1 and answers with the content that was signed.
import com.sun.net.httpserver.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.*;
import java.security.*;
import java.time.Instant;
import java.util.*;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyRequest {
    /** What countersign signs by default, as it writes it; nothing else is taken. */
    static final Pattern MEMBER = Pattern.compile("sig=(\\(([^)]*)\\);created=(\\d{1,12})(?:;expires=(\\d{1,12}))?"
        + ";nonce=\"([\\w-]{1,128})\";keyid=\"((?:[ !#-\\[\\]-~]++|\\\\[\"\\\\])*+)\")");
    static final Map<String, String> SECRETS = Map.of(System.getenv("COUNTERSIGN_KEYID"), System.getenv("COUNTERSIGN_SECRET"));

    /** Why a request is refused, or null. */
    static String verify(String method, String target, Headers fields, byte[] content) throws GeneralSecurityException, IOException {
        var member = MEMBER.matcher(String.join(", ", fields.getOrDefault("Signature-input", List.of())));
        if (!member.matches()) return "signature_malformed";
        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", System.getenv("COUNTERSIGN_AUTHORITY")); // who we are, as clients write it: never what Host says
        covered.put("@path", target.replaceFirst("\\?.*", ""));
        covered.put("@query", target.contains("?") ? target.substring(target.indexOf('?')) : "?");
        for (var name : List.of("content-type", "content-encoding", "content-digest")) {
            if (fields.containsKey(name)) covered.put(name, String.join(", ", fields.get(name)));
        }
        var digest = "sha-256=:" + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(content)) + ":";
        if (content.length > 0) covered.putIfAbsent("content-digest", "none");
        if (!member.group(2).equals("\"" + String.join("\" \"", covered.keySet()) + "\"")) return "component_uncovered";
        long now = Instant.now().getEpochSecond(), created = Long.parseLong(member.group(3));
        if (created > now + 5) return "created_in_future";
        if (now > created + 300 || member.group(4) != null && now > Long.parseLong(member.group(4))) return "expired";
        var keyid = member.group(6).replaceAll("\\\\(.)", "$1");
        if (!SECRETS.containsKey(keyid)) return "signature_mismatch";
        var base = new StringBuilder();
        covered.forEach((name, value) -> base.append('"' + name + "\": " + value + '\n'));
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRETS.get(keyid).getBytes(UTF_8), "HmacSHA256"));
        var bytes = mac.doFinal(base.append("\"@signature-params\": ").append(member.group(1)).toString().getBytes(UTF_8));
        var signature = "sig=:" + Base64.getEncoder().encodeToString(bytes) + ":";
        var received = Objects.requireNonNullElse(fields.getFirst("signature"), "");
        if (!MessageDigest.isEqual(signature.getBytes(UTF_8), received.getBytes(UTF_8))) return "signature_mismatch";
        if (covered.containsKey("content-digest") && !covered.get("content-digest").equals(digest)) return "digest_mismatch";
        // Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
        var once = MessageDigest.getInstance("SHA-256").digest((keyid + "\n" + member.group(5)).getBytes(UTF_8));
        try { Files.createFile(Path.of(System.getenv("COUNTERSIGN_NONCES"), HexFormat.of().formatHex(once))); }
        catch (FileAlreadyExistsException replayed) { return "nonce_replayed"; }
        return null;
    }

    static void answer(HttpExchange exchange) throws IOException {
        String code, target = exchange.getRequestURI().toString();
        var content = exchange.getRequestBody().readAllBytes();
        try { code = verify(exchange.getRequestMethod(), target, exchange.getRequestHeaders(), content); }
        catch (GeneralSecurityException error) { throw new IOException(error); }
        if (code != null) { // otherwise your application may use the content
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders().set("WWW-Authenticate", "Signature error=\"" + code + "\"");
            content = "{\"type\":\"urn:countersign:problem:%s\",\"status\":401,\"code\":\"%1$s\",\"now\":%d}"
                .formatted(code, Instant.now().getEpochSecond()).getBytes(UTF_8);
        }
        exchange.sendResponseHeaders(code == null ? 200 : 401, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    public static void main(String[] args) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.createContext("/", VerifyRequest::answer);
        server.start();
    }
}
